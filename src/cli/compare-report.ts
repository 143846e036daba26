import type { FidelityResult, FidelityRow, MeasuredRow } from '#shared/compare/fidelity.ts';
import {
  fidelitySentences,
  formatDivergence,
  formatPerplexity,
  isMeasured,
  pairName,
} from '#shared/compare/fidelity-text.ts';
import { worstSpots } from '#shared/compare/worst-spots.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import { columns } from './columns.ts';
import { errorText } from './failure.ts';

/** Per configuration of `compare --json`. */
const shownSpots = 5;

/** One JSON object of `compare --json`: every figure, and in the place of all positions the worst ones. */
export function compareJson({ text, baseline, rows, ...run }: FidelityResult, appVersion: string) {
  const { reading, ...shownBaseline } = baseline;
  const { expected, ...shownText } = text;
  const shownRow = (row: FidelityRow) => {
    if (row.status === 'failed') return row;
    const { reading: own, ...figures } = row;
    return { ...figures, worst: worstSpots(expected, reading, own, shownSpots) };
  };
  return {
    ...run,
    appVersion,
    text: { ...shownText, positions: expected.length },
    baseline: shownBaseline,
    rows: rows.map(shownRow),
  };
}

/** A table, a row for each configuration, and what it means in sentences. */
export function compareText(result: FidelityResult): string {
  const { baseline, rows, text, model } = result;
  const failures = rows.flatMap(row =>
    row.status === 'failed' ? `${pairName(row)} was not measured. ${errorText(row.error)}` : [],
  );
  return [
    `${model.name ?? model.path}: each cache against f16, over ${formatTokens(text.expected.length)} places of ${text.builtIn ? 'a text of our own' : 'the text'}.`,
    columns([
      ['K and V', 'KL mean', 'p95', 'p99', 'max', 'same first token', 'perplexity', 'cache'],
      [
        'f16',
        '',
        '',
        '',
        '',
        '',
        formatPerplexity(baseline.perplexity),
        formatBytes(baseline.kvBytes),
      ],
      ...rows.filter(isMeasured).map(cells),
    ]),
    ...failures,
    ...fidelitySentences(result),
  ].join('\n');
}

function cells(row: MeasuredRow): string[] {
  const { mean, p95, p99, max } = row.klDivergence;
  const isNoise = row.typeK === 'f16' && row.typeV === 'f16';
  return [
    isNoise ? 'f16 again' : pairName(row),
    ...[mean, p95, p99, max].map(formatDivergence),
    `${(row.top1Agreement * 100).toFixed(1)} %`,
    formatPerplexity(row.perplexity),
    formatBytes(row.kvBytes),
  ];
}
