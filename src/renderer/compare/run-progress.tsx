import { Check } from 'lucide-react';
import { configurationNames } from '#shared/compare/configuration.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { formatElapsed, formatTokens } from '#shared/metrics/format.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import { Spinner } from '../ui/spinner.tsx';
import type { RunningComparison } from './compare-store.ts';
import { partTexts } from './part-texts.ts';
import styles from './run-progress.module.css';

/** Where a run is, how long its part will take, and the way out of it. */
export function RunProgress({ running }: { readonly running: RunningComparison }) {
  const { compare } = usePage();
  const { progress, parts, cancelling } = running;
  const current = progress === null ? -1 : parts.indexOf(progress.part);
  const text = progress === null ? 'Taking the engine from the chat' : stageText(running, progress);
  const fraction = progress === null ? null : progress.done / progress.total;
  return (
    <section className={styles.progress} aria-label="Progress of the run">
      <ol className={styles.parts}>
        {parts.map((part, index) => (
          <li
            key={part}
            className={styles.part}
            aria-current={index === current ? 'step' : undefined}
            data-done={index < current || undefined}
          >
            {index < current && <Check aria-hidden="true" />}
            {index === current && <Spinner />}
            {partTexts[part].name}
          </li>
        ))}
      </ol>
      <ProgressBar label="This part of the run" value={fraction} valueText={text} />
      <div className={styles.line}>
        <p className={styles.text} role="status">
          {cancelling ? 'Waiting for the end of the running batch' : text}
        </p>
        <p className={styles.left}>{leftText(progress)}</p>
        <Button size="small" busy={cancelling} onClick={() => compare.cancel()}>
          Cancel
        </Button>
      </div>
      <p className={styles.note}>
        Messages wait until this is over. Cancelling leaves nothing behind.
      </p>
    </section>
  );
}

function leftText(progress: ComparisonProgress | null): string {
  if (progress?.remainingMs == null) return '';
  return `about ${formatElapsed(Math.max(1000, progress.remainingMs))} left of this part`;
}

const stages: Readonly<Record<ComparisonProgress['stage'], string>> = {
  load: 'loading',
  'warm-up': 'warming up',
  depth: 'filling the cache',
  prefill: 'reading a prompt',
  decode: 'writing',
  read: 'reading the text',
  write: 'answering',
};

/** For instance "q8_0 behind 1,024 tokens: writing, 2nd time". */
function stageText(
  { configurations }: RunningComparison,
  { configuration, stage, depthTokens, sequences, repetition }: ComparisonProgress,
): string {
  const name =
    configuration === null
      ? 'f16, which all are held against'
      : configurationNames(configurations)[configuration];
  const depth = depthTokens === null ? '' : ` behind ${formatTokens(depthTokens)} tokens`;
  const count = sequences === null ? '' : `, ${sequences} at once`;
  const round = repetition === null ? '' : `, round ${repetition}`;
  return `${name}${depth}${count}: ${stages[stage]}${round}`;
}
