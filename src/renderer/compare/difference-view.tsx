import { X } from 'lucide-react';
import { formatDivergence } from '#shared/compare/fidelity-text.ts';
import { type FigureDifference, runDifference } from '#shared/compare/run-difference.ts';
import { formatDuration, formatTokens } from '#shared/metrics/format.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { DataTable } from '../ui/data-table.tsx';
import sectionStyles from '../ui/section.module.css';
import type { ShownComparison } from './compare-store.ts';
import { rateDigits } from './rate-digits.ts';
import resultStyles from './result-view.module.css';
import { runName } from './run-name.ts';

export interface DifferenceViewProps {
  readonly shown: ShownComparison;
  readonly second: ShownComparison;
}

/** Two runs held against each other: the configurations that both have. */
export function DifferenceView({ shown, second }: DifferenceViewProps) {
  const { compare } = usePage();
  const { configurations, obstacles } = runDifference(shown.result, second.result);
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-difference">
      <div className={resultStyles.sectionHead}>
        <h3 id="compare-difference" className={sectionStyles.title}>
          {runName(second)} against this run
        </h3>
        <Button size="small" icon={<X />} onClick={() => compare.openBeside(null)}>
          Put it away
        </Button>
      </div>
      {obstacles.length > 0 && (
        <Callout tone="warning">
          {obstacles.map(obstacle => (
            <p key={obstacle}>{obstacle}</p>
          ))}
        </Callout>
      )}
      {configurations.length === 0 ? (
        <p className={sectionStyles.note}>They have no configuration in common.</p>
      ) : (
        <DataTable
          caption="Medians of this run, then of the other one, and how many times as large those are"
          rowHead="Configuration"
          columns={[
            { key: 'depth', head: 'Behind', unit: 'tokens' },
            { key: 'decode', head: 'Decode', unit: 'tokens/s' },
            { key: 'prefill', head: 'Prefill', unit: 'tokens/s' },
            { key: 'ttft', head: 'TTFT' },
            { key: 'kl', head: 'KL mean', unit: 'nats' },
          ]}
          rows={configurations.flatMap(({ name, depths, fidelity }) => {
            const kl =
              fidelity.first === null || fidelity.second === null
                ? null
                : [fidelity.first, fidelity.second]
                    .map(({ klDivergence }) => formatDivergence(klDivergence.mean))
                    .join(' → ');
            const lines = depths.map(({ depthTokens, decode, prefill, ttft }) => ({
              key: `${name} ${depthTokens}`,
              head: name,
              cells: {
                depth: formatTokens(depthTokens),
                decode: differenceText(decode, rateText),
                prefill: differenceText(prefill, rateText),
                ttft: differenceText(ttft, formatDuration),
                kl,
              },
            }));
            return lines.length > 0 ? lines : [{ key: name, head: name, cells: { kl } }];
          })}
        />
      )}
    </section>
  );
}

function rateText(rate: number): string {
  return rate.toFixed(rateDigits(rate));
}

/** For instance "57.1 → 62.0 (1.09 times)". */
function differenceText(
  difference: FigureDifference | null,
  text: (value: number) => string,
): string | null {
  if (difference === null) return null;
  const { first, second, ratio, isMeasurable } = difference;
  const verdict =
    isMeasurable === null
      ? 'too few samples to tell'
      : isMeasurable
        ? `${ratio.toFixed(2)} times`
        : 'no measurable difference';
  return `${text(first.median)} → ${text(second.median)} (${verdict})`;
}
