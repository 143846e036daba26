import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationNames } from '#shared/compare/configuration.ts';
import {
  type MeasuredCount,
  namedParallels,
  parallelFindings,
} from '#shared/compare/parallel-text.ts';
import { formatBytes, formatRate, formatTokens } from '#shared/metrics/format.ts';
import { columns } from './columns.ts';
import { errorText } from './failure.ts';

type ParallelReport = Pick<ComparisonResult, 'configurations' | 'parallel' | 'partErrors'>;

/** The figures of several sequences at once, what failed, and what the figures say; none where not asked for. */
export function benchParallelLines(result: ParallelReport): string[] {
  const { parallel, partErrors } = result;
  if (partErrors.parallel !== undefined) {
    return [`Several sequences at once were not measured. ${errorText(partErrors.parallel)}`];
  }
  if (parallel === null) return [];
  const { promptTokens, generatedTokens } = parallel.test;
  const measured = namedParallels(result);
  const table = columns([
    ['K and V', 'sequences', 'together', '', 'each', 'KV reserved'],
    ...measured.flatMap(({ name, counts }) => counts.map(count => [name, ...cells(count)])),
  ]);
  return [
    `Several sequences at once: ${formatTokens(generatedTokens)} tokens of each, behind a prompt of ${formatTokens(promptTokens)}; means, ± their standard deviation.`,
    ...(measured.length === 0 ? [] : [table]),
    ...failures(result),
    ...parallelFindings(result),
  ];
}

function cells({ sequences, tokensPerSecond, kvBytes }: MeasuredCount): string[] {
  const { mean, standardDeviation } = tokensPerSecond;
  return [
    `${sequences}`,
    formatRate(mean),
    standardDeviation === null ? '' : `± ${standardDeviation.toFixed(1)}`,
    formatRate(mean / sequences),
    formatBytes(kvBytes),
  ];
}

function failures({ configurations, parallel }: ParallelReport): string[] {
  const names = configurationNames(configurations);
  return (parallel?.configurations ?? []).flatMap((each, index) => {
    if (each === null) return [];
    if (each.outcome === 'failed') {
      return [`${names[index]} was not measured. ${errorText(each.error)}`];
    }
    return each.counts.flatMap(count =>
      count.outcome === 'failed'
        ? [
            `${names[index]} with ${count.sequences} sequences was not measured. ${errorText(count.error)}`,
          ]
        : [],
    );
  });
}
