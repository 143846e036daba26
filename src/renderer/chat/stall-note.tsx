import { useEffect, useState } from 'react';
import { stallReasons, stallRemedies } from '#shared/chat/stall-text.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatElapsed } from '#shared/metrics/format.ts';
import { focusComposer } from '../composer/composer-focus.ts';
import { usePage } from '../state/page-context.tsx';
import { noteFailure } from '../state/view-store.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Figure } from '../ui/figure.tsx';
import styles from './stall-note.module.css';

/** @param quietSinceMs on the page's own clock */
export function StallNote({ quietSinceMs }: { readonly quietSinceMs: number }) {
  return (
    <Callout tone="warning" actions={<RestartButton />}>
      <Figure
        layout="sentence"
        definition={metricDefinitions.quietTime}
        value={formatElapsed(useElapsed(quietSinceMs))}
      />
      <p>{stallReasons}</p>
      <p className={styles.remedies}>{stallRemedies}</p>
    </Callout>
  );
}

function RestartButton() {
  const { connection, view } = usePage();
  const [busy, setBusy] = useState(false);
  const restart = () => {
    setBusy(true);
    view.setState({ notice: null });
    connection
      .call('engine.restart', {})
      .catch(noteFailure(view))
      .finally(() => {
        setBusy(false);
        // The answer ends, and the button goes with this note.
        focusComposer();
      });
  };
  return (
    <Button size="small" busy={busy} onClick={restart}>
      Restart the engine
    </Button>
  );
}

/** In milliseconds, counted on every second. */
function useElapsed(sinceMs: number): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, nowMs - sinceMs);
}
