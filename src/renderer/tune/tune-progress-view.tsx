import { formatElapsed } from '#shared/metrics/format.ts';
import type { TuneProgress } from '#shared/tune/tune.ts';
import { settingsChange } from '#shared/tune/tune-text.ts';
import styles from '../compare/run-progress.module.css';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import type { TuneState } from './tune-store.ts';

/** What is tried, how much of the time is gone, and the way out. */
export function TuneProgressView({
  running: { start, timeMs, progress, cancelling },
}: {
  readonly running: NonNullable<TuneState['running']>;
}) {
  const { tune } = usePage();
  const elapsed = progress?.elapsedMs ?? 0;
  const text = progress === null ? 'Taking the engine from the chat' : stageText(progress, start);
  return (
    <section className={styles.progress} aria-label="Progress of the search">
      <ProgressBar
        label="Time to search"
        value={Math.min(1, elapsed / timeMs)}
        valueText={`${formatElapsed(elapsed)} of ${formatElapsed(timeMs)}`}
      />
      <div className={styles.line}>
        <p className={styles.text} role="status">
          {cancelling ? 'Waiting for the end of the running batch' : text}
        </p>
        <p className={styles.left}>
          {formatElapsed(elapsed)} of {formatElapsed(timeMs)}
        </p>
        <Button size="small" busy={cancelling} onClick={() => tune.cancel()}>
          Cancel
        </Button>
      </div>
      <p className={styles.note}>
        Messages wait until this is over. Cancelling leaves everything as it was.
      </p>
    </section>
  );
}

function stageText(
  { stage, trial, done }: TuneProgress,
  start: NonNullable<TuneState['running']>['start'],
): string {
  switch (stage) {
    case 'start':
      return 'Measuring what you have';
    case 'limits':
      return 'Looking for what keeps the limits';
    case 'trial':
      return `Trying ${(trial && settingsChange(trial.options, start)) || 'what you have'}${done === 0 ? '' : `, after ${done === 1 ? 'one other' : `${done} others`}`}`;
    case 'check':
      return 'Measuring the choice against what you have';
  }
}
