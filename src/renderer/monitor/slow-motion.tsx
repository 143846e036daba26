import { useState } from 'react';
import { useApp, usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Slider } from '../ui/slider.tsx';

/** Tokens a second; the last step is as fast as it goes. */
const steps: readonly (number | null)[] = [1, 2, 3, 5, 8, 12, 20, 30, 45, 60, null];

/** Holds generation back, so that cells can be watched filling; at once, in the middle of an answer too. */
export function SlowMotion() {
  const { connection, view } = usePage();
  const stored = useApp(state => state.settings?.slowMotion ?? null);
  const [dragged, setDragged] = useState<number | null>(null);
  const at = dragged ?? steps.indexOf(stored);
  const chosen = steps[at] ?? null;
  const commit = (next: number) => {
    connection
      .call('settings.update', { slowMotion: steps[next] ?? null })
      .catch(noteFailure(view))
      .finally(() => setDragged(null));
  };
  return (
    <Slider
      label="Slow motion"
      value={at < 0 ? steps.length - 1 : at}
      onValueChange={setDragged}
      onValueCommitted={commit}
      min={0}
      max={steps.length - 1}
      valueText={chosen === null ? 'off' : `${chosen} ${chosen === 1 ? 'token' : 'tokens'}/s`}
    />
  );
}
