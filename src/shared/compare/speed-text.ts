import { formatTokens } from '../metrics/format.ts';
import { depthFindings } from './depth-fit-text.ts';
import { type NamedSpeed, namedSpeeds, type SpeedComparison } from './named-speed.ts';
import { memoryFindings } from './roofline-text.ts';
import { rangesTouch, tooFewSamples } from './sample-statistics.ts';
import type { SpeedFigures, TimedSeries } from './speed.ts';

/** What the figures say, in plain sentences. */
export function speedFindings(result: SpeedComparison): string[] {
  return [...differences(namedSpeeds(result)), ...depthFindings(result), ...memoryFindings(result)];
}

/** Each configuration against the first that keeps a cache, at the least and at the greatest depth. */
function differences(speeds: readonly NamedSpeed[]): string[] {
  const baseline = speeds.find(({ keepsCache }) => keepsCache) ?? speeds[0];
  const others = speeds.filter(each => each !== baseline);
  if (baseline === undefined || others.length === 0) return [];
  const tooFew = tooFewSamples(sampleCount(baseline.depths));
  if (tooFew !== null) return [tooFew];
  const depths = baseline.depths.map(({ depthTokens }) => depthTokens);
  const told = new Set([Math.min(...depths), Math.max(...depths)]);
  return others.flatMap(other =>
    other.depths.flatMap((figures, index) => {
      const reference = baseline.depths[index];
      return reference === undefined || !told.has(figures.depthTokens)
        ? []
        : finding(other, figures, baseline, reference);
    }),
  );
}

function finding(
  other: NamedSpeed,
  figures: SpeedFigures,
  baseline: NamedSpeed,
  reference: SpeedFigures,
): string[] {
  const decode = comparison(figures.decode, reference.decode, baseline.name);
  const prefill = comparison(figures.prefill, reference.prefill, baseline.name);
  const parts = [
    ...(decode === null ? [] : [`${decode} in decode`]),
    ...(prefill === null ? [] : [`${prefill} in prefill`]),
  ];
  if (parts.length === 0) return [];
  const what = decode === prefill ? `${decode} in decode and in prefill` : parts.join(' and ');
  return [
    `On this machine ${other.name} is ${what}, at depth ${formatTokens(figures.depthTokens)}.`,
  ];
}

/** By the medians of the samples; null where one of both was not measured. */
function comparison(
  series: TimedSeries | null,
  reference: TimedSeries | null,
  name: string,
): string | null {
  if (series === null || reference === null) return null;
  // Not by the times of the samples: without a cache fewer tokens are generated in one.
  const one = series.tokensPerSecond;
  const other = reference.tokensPerSecond;
  if (rangesTouch(one, other)) return `not measurably different from ${name}`;
  const ratio = other.median / one.median;
  return ratio > 1
    ? `${times(ratio)} slower than ${name}`
    : `${times(1 / ratio)} faster than ${name}`;
}

/** 1.04 is 4 %, 1.9 is 1.9 times. */
function times(ratio: number): string {
  if (ratio < 1.095) return `${((ratio - 1) * 100).toFixed(ratio < 1.0095 ? 1 : 0)} %`;
  return `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio)} times`;
}

function sampleCount(depths: readonly SpeedFigures[]): number {
  const series = depths.flatMap(({ prefill, decode }) => prefill ?? decode ?? []);
  return Math.min(...series.map(({ ms }) => ms.samples.length));
}
