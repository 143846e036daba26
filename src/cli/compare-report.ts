import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { baselineTypes, configurationNames } from '#shared/compare/configuration.ts';
import type { ConfigurationFidelity, FidelityResult } from '#shared/compare/fidelity.ts';
import {
  type FidelityComparison,
  fidelityCells,
  fidelityHead,
  fidelitySentences,
  formatPerplexity,
  namedFidelities,
  repeatedBaseline,
} from '#shared/compare/fidelity-text.ts';
import { speedFindings } from '#shared/compare/speed-text.ts';
import { worstSpots } from '#shared/compare/worst-spots.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatBytes, formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import { columns } from './columns.ts';
import { outputsJson, outputsLines } from './compare-outputs-report.ts';
import { errorText } from './failure.ts';

/** Per configuration of `compare --json`. */
const shownSpots = 5;

/** @throws AppError why there is none */
export function fidelityComparison(
  result: ComparisonResult,
): FidelityComparison & ComparisonResult {
  const { fidelity, partErrors } = result;
  if (fidelity !== null) return { ...result, fidelity };
  throw partErrors.fidelity === undefined
    ? new AppError('internal', 'Fidelity was not measured.')
    : AppError.fromData(partErrors.fidelity);
}

/**
 * One JSON object of `compare --json`: every figure, and in the place of all positions the worst ones. The
 * first configuration is the baseline; its row is the last one, f16 against itself.
 */
export function compareJson(result: FidelityComparison & ComparisonResult) {
  const { facts, configurations, fidelity, partErrors } = result;
  const { text, baseline, noise } = fidelity;
  const { reading: _reading, ...shownBaseline } = baseline;
  const { expected, ...shownText } = text;
  const rows = configurations.flatMap(({ typeK, typeV }, index) => {
    const figures = fidelity.configurations[index];
    return figures == null
      ? []
      : [{ typeK, typeV, ...figureCells(figures, fidelity), ...speedCells(result, index) }];
  });
  return {
    ...facts,
    text: { ...shownText, positions: expected.length },
    baseline: { ...baselineTypes, ...shownBaseline, ...speedCells(result, 0) },
    rows: [
      ...rows,
      { ...baselineTypes, ...figureCells(noise, fidelity), ...speedCells(result, 0) },
    ],
    outputs: outputsJson(result),
    partErrors,
  };
}

function figureCells(figures: ConfigurationFidelity, { text, baseline }: FidelityResult) {
  if (figures.outcome === 'failed') return figures;
  const { reading, ...shown } = figures;
  return { ...shown, worst: worstSpots(text.expected, baseline.reading, reading, shownSpots) };
}

/** Medians behind a prompt as long as the text; null where they were not measured. */
function speedCells({ speed }: ComparisonResult, index: number) {
  const each = speed?.configurations[index];
  const figures = each?.outcome === 'measured' ? each.depths[0] : undefined;
  return {
    ttftMs: figures?.ttftMs?.median ?? null,
    prefillTokensPerSecond: figures?.prefill?.tokensPerSecond.median ?? null,
    decodeTokensPerSecond: figures?.decode?.tokensPerSecond.median ?? null,
  };
}

/** A table, a row for each configuration, and what it means in sentences. */
export function compareText(result: FidelityComparison & ComparisonResult): string {
  const { facts, configurations, fidelity } = result;
  const { text, baseline, noise } = fidelity;
  const names = configurationNames(configurations);
  const failures = fidelity.configurations.flatMap((figures, index) =>
    figures?.outcome === 'failed'
      ? `${names[index]} was not measured. ${errorText(figures.error)}`
      : [],
  );
  return [
    `${facts.model.name}: each cache against f16, over ${formatTokens(text.expected.length)} places of ${text.kind === 'built-in' ? 'a text of our own' : 'the text'}. Times and speeds are medians.`,
    columns([
      ['K and V', ...fidelityHead, 'TTFT', 'prefill', 'decode', 'cache'],
      [
        ...['f16', '', '', '', '', '', formatPerplexity(baseline.perplexity)],
        ...speedTexts(result, 0),
        formatBytes(baseline.kvBytes),
      ],
      ...namedFidelities(result).map(({ name, index, ...figures }) => [
        name,
        ...fidelityCells(figures),
        ...speedTexts(result, index),
        formatBytes(figures.kvBytes),
      ]),
      ...(noise.outcome === 'measured'
        ? [[repeatedBaseline, ...fidelityCells(noise), '', '', '', formatBytes(noise.kvBytes)]]
        : []),
    ]),
    ...failures,
    ...speedFailures(result),
    ...fidelitySentences(result),
    ...speedFindings(result),
    ...outputsLines(result),
  ].join('\n');
}

/** Those that have no other figures either are told of already. */
function speedFailures(result: FidelityComparison & ComparisonResult): string[] {
  const { configurations, speed, fidelity, partErrors } = result;
  if (partErrors.speed !== undefined) {
    return [`Speed was not measured. ${errorText(partErrors.speed)}`];
  }
  const names = configurationNames(configurations);
  return (speed?.configurations ?? []).flatMap((each, index) =>
    each.outcome === 'failed' && fidelity.configurations[index]?.outcome !== 'failed'
      ? [`The speed of ${names[index]} was not measured. ${errorText(each.error)}`]
      : [],
  );
}

function speedTexts(result: ComparisonResult, index: number): string[] {
  const { ttftMs, prefillTokensPerSecond, decodeTokensPerSecond } = speedCells(result, index);
  return [
    formatDuration(ttftMs),
    formatRate(prefillTokensPerSecond),
    formatRate(decodeTokensPerSecond),
  ];
}
