import type { CachePair } from '#shared/compare/cache-pair.ts';
import type { SpeedConfiguration } from '#shared/compare/speed.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import type { SpeedMeasurement } from '#shared/compare/speed-measurement.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { report } from '../../../host/fixtures/scripted-engine.ts';

/** 100 tokens read and 10 generated, in so many milliseconds. */
export function measurement(prefillMs: number, decodeMs: number): SpeedMeasurement {
  return {
    prefill: { tokens: 100, ms: prefillMs, ttftMs: prefillMs + 1 },
    decode: { tokens: 10, ms: decodeMs, gapsMs: Array.from({ length: 10 }, () => decodeMs / 10) },
    usedTokens: 1124,
    usedBytes: 4096,
    modelType: 'llama 1B Q4_0',
    batchSize: 512,
  };
}

/** A configuration measured at depth 1,024. */
export function measured(
  pair: CachePair,
  samples: readonly SpeedMeasurement[],
): SpeedConfiguration {
  return {
    ...pair,
    outcome: 'measured',
    report: report('/models/=one, two.gguf', loadOptionsSchema.parse(pair)),
    modelType: 'llama 1B Q4_0',
    batchSize: 512,
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    depths: [speedFigures(1024, samples)],
  };
}

export const f16: CachePair = { typeK: 'f16', typeV: 'f16' };
export const q8: CachePair = { typeK: 'q8_0', typeV: 'q8_0' };
export const mixed: CachePair = { typeK: 'q8_0', typeV: 'q4_0' };
