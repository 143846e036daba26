import type { FitBasis, FitRow } from '#shared/fit/fit.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import { columns } from './columns.ts';
import type { TextbookTable } from './textbook.ts';

interface Table extends FitBasis {
  readonly rows: readonly FitRow[];
}

/** The pairs of one type with flash attention, what each takes, and why others are not there. */
export function fitText(table: Table, contextLength: number | null): string {
  const { budgetBytes, bytesPerToken, computeFrom, rows } = table;
  const shown = rows.filter(row => row.flashAttention && row.typeK === row.typeV);
  const source = computeFrom === 'simulation' ? 'simulated by llama.cpp' : 'estimated by a formula';
  const bytesOf =
    contextLength === null ? 'its longest context' : `${formatTokens(contextLength)} tokens`;
  return [
    `Budget ${formatBytes(budgetBytes)}; one token takes ${formatBytes(bytesPerToken)} in f16; compute buffers ${source}.`,
    `Bytes of each row are for ${bytesOf}.`,
    columns([
      ['K and V', 'longest context', 'weights', 'K', 'V', 'recurrent', 'compute', 'total'],
      ...shown.map(row => [row.typeK, contextText(row), ...bytesText(row)]),
    ]),
    ...[...new Set(shown.flatMap(({ warning }) => warning ?? []))],
    'Every pair of types, with flash attention and without: --json.',
  ].join('\n');
}

function contextText({ legal, reason, maxContext }: FitRow): string {
  if (!legal) return reason ?? 'not legal';
  return maxContext === 0 ? 'none fits' : `${formatTokens(maxContext)} tokens`;
}

function bytesText({ bytes }: FitRow): string[] {
  if (bytes === null) return [];
  const { weights, kvK, kvV, recurrent, compute, total } = bytes;
  return [weights, kvK, kvV, recurrent, compute, total].map(formatBytes);
}

/** The cache by the book. */
export function textbookText({ tokens, batch, rows }: TextbookTable): string {
  return [
    `The cache of ${formatTokens(batch)} x ${formatTokens(tokens)} tokens by the book: no padding, no windows.`,
    columns([
      ['K and V', 'K', 'V', 'recurrent', 'cache', 'in bytes'],
      ...rows.map(({ typeK, bytes }) => [
        typeK,
        ...[bytes.kvK, bytes.kvV, bytes.recurrent, bytes.total].map(formatBytes),
        formatTokens(bytes.total),
      ]),
    ]),
  ].join('\n');
}
