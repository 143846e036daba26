import { percentile } from '../metrics/percentile.ts';
import { sampleStatistics } from './sample-statistics.ts';
import type { SpeedFigures, TimedSeries } from './speed.ts';
import type { SpeedMeasurement } from './speed-measurement.ts';

/**
 * The figures of one configuration at one depth, from its repetitions in their order.
 *
 * @param fixedTokenBytes what the memory moves for every token beside its cells; null where not known
 */
export function speedFigures(
  depthTokens: number,
  measurements: readonly SpeedMeasurement[],
  fixedTokenBytes: number | null = null,
): SpeedFigures {
  const prefills = measurements.flatMap(({ prefill }) => prefill ?? []);
  const decodes = measurements.flatMap(({ decode }) => decode ?? []);
  const deepest = measurements.reduce<SpeedMeasurement | null>(
    (most, each) => (most === null || each.usedTokens > most.usedTokens ? each : most),
    null,
  );
  const depthBytes = decodes[0]?.depthBytes ?? null;
  return {
    depthTokens,
    prefill: timedSeries(prefills),
    ttftMs: prefills.length === 0 ? null : sampleStatistics(prefills.map(({ ttftMs }) => ttftMs)),
    decode: timedSeries(decodes),
    gapMs: gapPercentiles(decodes.flatMap(({ gapsMs }) => gapsMs)),
    usedTokens: deepest?.usedTokens ?? 0,
    usedBytes: deepest?.usedBytes ?? null,
    tokenBytes:
      depthBytes === null || fixedTokenBytes === null ? null : depthBytes + fixedTokenBytes,
  };
}

function timedSeries(timed: readonly { tokens: number; ms: number }[]): TimedSeries | null {
  const [first] = timed;
  if (first === undefined) return null;
  return {
    tokens: first.tokens,
    ms: sampleStatistics(timed.map(({ ms }) => ms)),
    tokensPerSecond: sampleStatistics(timed.map(({ tokens, ms }) => (tokens * 1000) / ms)),
  };
}

function gapPercentiles(gaps: readonly number[]): SpeedFigures['gapMs'] {
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map(share => percentile(gaps, share));
  return p50 == null || p95 == null || p99 == null || max == null ? null : { p50, p95, p99, max };
}
