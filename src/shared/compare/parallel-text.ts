import type { ComparisonResult } from './comparison.ts';
import { configurationNames } from './configuration.ts';
import type { ParallelFigures } from './parallel.ts';
import { rangesTouch, tooFewSamples } from './sample-statistics.ts';

export type ParallelComparison = Pick<ComparisonResult, 'configurations' | 'parallel'>;

export type MeasuredCount = Extract<ParallelFigures, { outcome: 'measured' }>;

/** The numbers of sequences that a configuration was measured with, from the fewest on. */
export interface NamedParallel {
  readonly name: string;
  readonly counts: readonly MeasuredCount[];
}

export function namedParallels({ configurations, parallel }: ParallelComparison): NamedParallel[] {
  const names = configurationNames(configurations);
  return (parallel?.configurations ?? []).flatMap((each, index) => {
    if (each?.outcome !== 'measured') return [];
    const counts = each.counts
      .filter(count => count.outcome === 'measured')
      .toSorted((a, b) => a.sequences - b.sequences);
    return [{ name: names[index] ?? '', counts }];
  });
}

/** What batching gives and costs, in plain sentences: the most sequences of each against the fewest. */
export function parallelFindings(result: ParallelComparison): string[] {
  const compared = namedParallels(result).flatMap(({ name, counts }) => {
    const [fewest, most] = [counts[0], counts.at(-1)];
    return fewest === undefined || most === undefined || fewest === most
      ? []
      : [{ name, fewest, most }];
  });
  const [first] = compared;
  if (first === undefined) return [];
  const tooFew = tooFewSamples(first.fewest.tokensPerSecond.samples.length);
  return tooFew === null
    ? compared.map(({ name, fewest, most }) => `${name}: ${lesson(fewest, most)}`)
    : [tooFew];
}

function lesson(fewest: MeasuredCount, most: MeasuredCount): string {
  const reference = fewest.sequences === 1 ? 'one' : `${fewest.sequences}`;
  const gain = most.tokensPerSecond.median / fewest.tokensPerSecond.median;
  const share = (gain * fewest.sequences) / most.sequences;
  const cache =
    fewest.kvBytes === null || most.kvBytes === null || fewest.kvBytes === 0
      ? ''
      : `, and reserve ${factor(most.kvBytes / fewest.kvBytes)} times the cache`;
  const what = rangesTouch(most.tokensPerSecond, fewest.tokensPerSecond)
    ? `gain nothing measurable over ${reference}`
    : `give ${gain < 1 ? 'only ' : ''}${factor(gain)} times the tokens per second of ${reference}`;
  return `${most.sequences} sequences at once ${what}, each at ${factor(share)} of its speed${cache}.`;
}

/** Two significant digits: 3.1, 0.19, 16. */
function factor(value: number): string {
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 }).format(value);
}
