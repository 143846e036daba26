import type { ComparisonFacts, ComparisonResult } from '#shared/compare/comparison.ts';
import { type Configuration, configurationNames } from '#shared/compare/configuration.ts';
import { benchFailures } from '#shared/compare/llama-bench-formats.ts';
import { type NamedSpeed, namedSpeeds } from '#shared/compare/named-speed.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import {
  bytesPerSecond,
  isFromCache,
  type MemoryLimit,
  memoryLimit,
} from '#shared/compare/roofline.ts';
import type { SampleStatistics } from '#shared/compare/sample-statistics.ts';
import type { MeasuredSpeed, SpeedFigures } from '#shared/compare/speed.ts';
import { speedFindings } from '#shared/compare/speed-text.ts';
import {
  formatBytes,
  formatDecimalBytes,
  formatDuration,
  formatPercent,
  formatRate,
  formatTokens,
} from '#shared/metrics/format.ts';
import { benchParallelLines } from './bench-parallel-report.ts';
import { columns } from './columns.ts';

/** What was measured and how, the figures, what failed, and what the figures say. */
export function benchText(result: ComparisonResult): string {
  const measured = namedSpeeds(result);
  const [first] = measured;
  return [
    ...(first === undefined ? [] : [setting(first, result.facts), samplesText(measured)]),
    ...(first === undefined
      ? []
      : [
          columns([
            [
              ...['K and V', 'depth', 'prefill', '', 'decode', '', 'TTFT'],
              ...['KV reserved', 'KV used', 'of memory limit'],
            ],
            ...measured.flatMap(configuration =>
              configuration.depths.map(figures => [
                configuration.name,
                ...figuresCells(configuration, figures, result.facts),
              ]),
            ),
          ]),
        ]),
    ...benchFailures(result),
    ...speedFindings(result),
    ...benchParallelLines(result),
  ].join('\n');
}

function setting(
  { report, modelType }: MeasuredSpeed,
  { memoryBandwidth }: ComparisonFacts,
): string {
  const { model } = report.planned;
  const flashAttention =
    report.actual.flashAttention === null
      ? []
      : [`flash attention ${report.actual.flashAttention ? 'on' : 'off'}`];
  return [
    `${model.name} (${modelType})`,
    report.devices.length === 0
      ? report.backend
      : `${report.backend}: ${report.devices.join(', ')}`,
    `${report.threads} ${report.threads === 1 ? 'thread' : 'threads'}`,
    ...flashAttention,
    `batch ${formatTokens(report.options.batchSize)}`,
    ...(memoryBandwidth === null
      ? []
      : [`memory ${formatDecimalBytes(bytesPerSecond(memoryBandwidth))}/s`]),
    `llama.cpp ${report.llamaCppRelease}`,
  ].join(' · ');
}

function samplesText(measured: readonly NamedSpeed[]): string {
  const figures = measured.find(({ keepsCache }) => keepsCache)?.depths[0];
  const withoutCache = measured.find(({ keepsCache }) => !keepsCache)?.depths[0]?.decode;
  const prompt = figures?.prefill;
  const generation = figures?.decode;
  const count = (prompt ?? generation ?? withoutCache)?.ms.samples.length ?? 0;
  const parts = [
    ...(prompt == null ? [] : [`a prompt of ${formatTokens(prompt.tokens)} tokens`]),
    ...(generation == null ? [] : [`${formatTokens(generation.tokens)} generated tokens`]),
  ];
  return [
    `Means of ${count} ${count === 1 ? 'sample' : 'samples'}, ± their standard deviation${parts.length === 0 ? '' : `: ${parts.join(', then ')}, each behind what the depth says`}.`,
    ...(withoutCache == null
      ? []
      : [
          `Without a cache: ${formatTokens(withoutCache.tokens)} generated tokens, for each of which all before it is computed again.`,
        ]),
    'Warm-up left out.',
  ].join(' ');
}

function figuresCells(
  { report, keepsCache }: NamedSpeed,
  figures: SpeedFigures,
  { memoryBandwidth }: ComparisonFacts,
): string[] {
  const { depthTokens, prefill, decode, ttftMs, usedBytes } = figures;
  return [
    formatTokens(depthTokens),
    ...rateCells(prefill?.tokensPerSecond),
    ...rateCells(decode?.tokensPerSecond),
    formatDuration(ttftMs?.mean ?? null),
    formatBytes(keepsCache ? report.actual.kvBytes : null),
    formatBytes(usedBytes),
    limitText(memoryLimit(figures, memoryBandwidth)),
  ];
}

function limitText(limit: MemoryLimit | null): string {
  return limit !== null && isFromCache(limit) ? 'in cache' : formatPercent(limit?.share ?? null);
}

/** The spread has a column of its own, and none where it is not known. */
function rateCells(rate: SampleStatistics | undefined): string[] {
  const deviation = rate?.standardDeviation ?? null;
  return [formatRate(rate?.mean ?? null), deviation === null ? '' : `± ${deviation.toFixed(1)}`];
}

/** The line that replaces itself while it measures. */
export function benchProgress(
  { configuration, depthTokens, sequences, stage, done, total, remainingMs }: ComparisonProgress,
  configurations: readonly Configuration[],
): string {
  const name = configuration === null ? '' : configurationNames(configurations)[configuration];
  const left = remainingMs === null ? '' : `, about ${formatDuration(remainingMs)} left`;
  const at =
    sequences === null ? `at depth ${formatTokens(depthTokens ?? 0)}` : `with ${sequences} at once`;
  return `Measuring ${done + 1} of ${total}: ${name} ${at}, ${stage}${left}`;
}
