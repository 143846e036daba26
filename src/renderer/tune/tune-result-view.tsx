import { useState } from 'react';
import { formatDivergence } from '#shared/compare/fidelity-text.ts';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { formatBytes, formatDuration, formatTokens } from '#shared/metrics/format.ts';
import { median } from '#shared/metrics/percentile.ts';
import type { TrialVerdict, TuneResult, TuneTrial } from '#shared/tune/tune.ts';
import { settingsChange } from '#shared/tune/tune-text.ts';
import styles from '../compare/result-view.module.css';
import { useApp, usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { DataTable } from '../ui/data-table.tsx';
import sectionStyles from '../ui/section.module.css';

/** What to load with, why, and everything that was tried. */
export function TuneResultView({ result }: { readonly result: TuneResult }) {
  const [lead, ...sentences] = result.sentences;
  return (
    <article className={styles.result} aria-label="What was found">
      <section className={styles.findings} aria-labelledby="tune-lead">
        <h2 id="tune-lead" className={styles.findingsTitle}>
          {lead}
        </h2>
        <p className={sectionStyles.note}>
          {result.facts.model.name}, on {result.facts.cpu || 'this machine'}
        </p>
        <ul>
          {sentences.map(sentence => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <UseSettings result={result} />
      </section>
      {result.trials.length > 0 && (
        <section className={sectionStyles.section} aria-labelledby="tune-trials">
          <h3 id="tune-trials" className={sectionStyles.title}>
            What was tried
          </h3>
          <DataTable
            caption="Everything that was tried, in its order, each against the best so far"
            rowHead="Settings"
            columns={[
              { key: 'best', head: 'Turn, best so far' },
              { key: 'turn', head: 'Turn with it' },
              { key: 'memory', head: 'Memory' },
              { key: 'divergence', head: 'From f16', unit: 'nats' },
              { key: 'verdict', head: 'Verdict' },
            ]}
            rows={result.trials.map((trial, index) => ({
              key: String(index),
              head: settingsChange(trial.options, result.start.options) || 'What you have',
              cells: trialCells(trial),
            }))}
          />
          <p className={sectionStyles.note}>{turnText(result)}</p>
        </section>
      )}
    </article>
  );
}

function turnText({ request: { turn }, depthTokens }: TuneResult): string {
  const { promptTokens, generatedTokens } = turn;
  return `Medians of a turn that reads ${formatTokens(promptTokens)} tokens behind ${formatTokens(depthTokens)} and writes ${formatTokens(generatedTokens)}.`;
}

const verdicts: Readonly<Record<TrialVerdict, string>> = {
  faster: 'faster',
  'no-difference': 'no difference',
  slower: 'slower',
  'keeps-limits': 'keeps the limits',
  'over-budget': 'too much memory',
  'below-floor': 'too far from f16',
  'other-answer': 'another answer',
  failed: 'failed',
};

function trialCells({ turns, memoryBytes, divergence, verdict }: TuneTrial) {
  const time = (samples: readonly number[] | undefined) =>
    samples === undefined ? null : formatDuration(median(samples));
  return {
    best: time(turns?.incumbent.turnMs),
    turn: time(turns?.candidate.turnMs),
    memory: memoryBytes === null ? null : formatBytes(memoryBytes),
    divergence: divergence === null ? null : formatDivergence(divergence),
    verdict: verdicts[verdict],
  };
}

/** Loads the model with the choice, and goes to the chat once it is there. */
function UseSettings({ result: { outcome, choice, request } }: { readonly result: TuneResult }) {
  const { connection, view } = usePage();
  const [error, setError] = useState<AppErrorData | null>(null);
  const phase = useApp(({ model }) => model?.phase);
  const busy = phase === 'loading' || phase === 'unloading' || phase === 'lent';
  if (choice === null || outcome === 'keep') return null;
  const load = () => {
    setError(null);
    connection.call('model.load', { path: request.path, options: choice.options }).then(
      () => view.setState({ page: 'chat' }),
      thrown => setError(toErrorData(thrown)),
    );
  };
  return (
    <>
      <Button variant="primary" busy={busy} onClick={load}>
        Use these settings
      </Button>
      {error !== null && <ErrorCallout error={error} onDismiss={() => setError(null)} />}
    </>
  );
}
