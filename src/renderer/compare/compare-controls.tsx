import { Play } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { useDescribedModel } from '../model-setup/described-model.ts';
import { ModelFile } from '../model-setup/model-file.tsx';
import { useApp, useCompare, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { whyNot } from './compare-choice.ts';
import styles from './compare-controls.module.css';
import { ConfigurationList } from './configuration-list.tsx';
import { SavedRuns } from './saved-runs.tsx';
import { TestFields } from './test-fields.tsx';

/** A new run, or one of those that were kept. */
export function CompareControls() {
  const [pane, setPane] = useState<'new' | 'saved'>('new');
  const count = useCompare(({ saved }) => saved?.length ?? 0);
  return (
    <div className={styles.controls}>
      <Segmented
        label="What to look at"
        value={pane}
        onValueChange={next => setPane(next)}
        options={[
          { value: 'new', label: 'New run' },
          { value: 'saved', label: count === 0 ? 'Saved runs' : `Saved runs (${count})` },
        ]}
      />
      {pane === 'new' ? <NewRun /> : <SavedRuns />}
    </div>
  );
}

function NewRun() {
  const { compare } = usePage();
  const path = useCompare(({ choice }) => choice.path);
  const model = useDescribedModel(path);
  return (
    <>
      <ModelFile path={path} model={model} choosePath={next => compare.change({ path: next })} />
      <ConfigurationList model={model.value} />
      <TestFields model={model.value} />
      <StartButton unreadable={model.error !== null && model.key === path} />
    </>
  );
}

function StartButton({ unreadable }: { readonly unreadable: boolean }) {
  const { compare } = usePage();
  const reason = useCompare(({ choice }) => whyNot(choice));
  const running = useCompare(state => state.running !== null);
  const obstacle = useObstacle();
  const blocked = reason ?? (unreadable ? 'This model file cannot be read.' : obstacle);
  return (
    <div className={styles.start}>
      <Button
        variant="primary"
        icon={<Play />}
        busy={running}
        disabled={blocked !== null}
        focusableWhenDisabled
        onClick={() => compare.start()}
      >
        {running ? 'Measuring' : 'Measure'}
      </Button>
      <p className={styles.note}>
        {(running ? null : blocked) ??
          'The chat waits meanwhile. Its model and what it has read come back afterwards.'}
      </p>
    </div>
  );
}

/** What has the engine at the moment, in words; null when it is to be had. */
function useObstacle(): string | null {
  const { connection } = usePage();
  const connected = useStore(connection.status, ({ phase }) => phase === 'open');
  const phase = useApp(({ model }) => model?.phase);
  if (!connected) return 'Not connected to Headroom.';
  switch (phase) {
    case 'loading':
    case 'unloading':
      return 'A model is being loaded or unloaded: wait for its end.';
    case 'lent':
      return 'Another measurement has the engine.';
    default:
      return null;
  }
}
