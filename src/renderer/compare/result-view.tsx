import { configurationNames } from '#shared/compare/configuration.ts';
import { comparisonFindings, type PartFindings } from '#shared/compare/findings.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import type { ShownComparison } from './compare-store.ts';
import { DifferenceView } from './difference-view.tsx';
import { FidelityView } from './fidelity-view.tsx';
import { MemoryBars } from './memory-bars.tsx';
import { OutputsView } from './outputs-view.tsx';
import { ParallelView } from './parallel-view.tsx';
import { partTexts } from './part-texts.ts';
import { ResultFacts } from './result-facts.tsx';
import { ResultHead } from './result-head.tsx';
import { ResultProblems } from './result-problems.tsx';
import styles from './result-view.module.css';
import { SpeedCharts } from './speed-charts.tsx';
import { SummaryTable } from './summary-table.tsx';

export interface ResultViewProps {
  readonly shown: ShownComparison;
  /** Another run to hold it against. */
  readonly second: ShownComparison | null;
}

/** A finished run, from what it means down to the single figures. */
export function ResultView({ shown, second }: ResultViewProps) {
  const { compare } = usePage();
  const { result, saveError } = shown;
  const names = configurationNames(result.configurations);
  return (
    <article className={styles.result} aria-label="The run">
      <ResultHead shown={shown} />
      {saveError !== null && (
        <ErrorCallout
          error={saveError}
          tone="warning"
          actions={<Button onClick={() => compare.keep()}>Keep it now</Button>}
        />
      )}
      <ResultProblems result={result} />
      {second !== null && <DifferenceView shown={shown} second={second} />}
      <Findings findings={comparisonFindings(result)} />
      <SummaryTable result={result} names={names} />
      {result.speed !== null && <SpeedCharts result={result} names={names} />}
      <MemoryBars result={result} names={names} />
      {result.fidelity !== null && (
        <FidelityView
          configurations={result.configurations}
          fidelity={result.fidelity}
          names={names}
        />
      )}
      {result.outputs !== null && <OutputsView outputs={result.outputs} names={names} />}
      {result.parallel !== null && <ParallelView parallel={result.parallel} names={names} />}
      <ResultFacts result={result} />
    </article>
  );
}

function Findings({ findings }: { readonly findings: readonly PartFindings[] }) {
  if (findings.length === 0) return null;
  return (
    <section className={styles.findings} aria-labelledby="compare-findings">
      <h3 id="compare-findings" className={styles.findingsTitle}>
        What the figures say
      </h3>
      {findings.map(({ part, sentences }) => (
        <div key={part} className={styles.findingsPart}>
          <h4>{partTexts[part].name}</h4>
          <ul>
            {sentences.map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
