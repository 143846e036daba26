import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ConfigurationSpeed } from '#shared/compare/speed.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import type { SpeedMeasurement } from '#shared/compare/speed-measurement.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { report } from '../../../host/fixtures/scripted-engine.ts';

/** 100 tokens read and 10 generated, in so many milliseconds. */
export function measurement(prefillMs: number, decodeMs: number): SpeedMeasurement {
  return {
    prefill: { tokens: 100, ms: prefillMs, ttftMs: prefillMs + 1 },
    decode: {
      tokens: 10,
      ms: decodeMs,
      gapsMs: Array.from({ length: 10 }, () => decodeMs / 10),
      depthBytes: 2048,
    },
    usedTokens: 1124,
    usedBytes: 4096,
    modelType: 'llama 1B Q4_0',
    batchSize: 512,
  };
}

interface ComparedSpeed {
  readonly configuration: Configuration;
  readonly outcome: ConfigurationSpeed;
}

/** A configuration measured at depth 1,024. */
export function measured(types: CacheTypes, samples: readonly SpeedMeasurement[]): ComparedSpeed {
  return {
    configuration: configurationSchema.parse(types),
    outcome: {
      outcome: 'measured',
      report: report('/models/=one, two.gguf', loadOptionsSchema.parse(types)),
      modelType: 'llama 1B Q4_0',
      batchSize: 512,
      startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      depths: [speedFigures(1024, samples)],
    },
  };
}

/** One that could not be measured. */
export function failed(
  types: CacheTypes,
  message: string,
  suggestion: string | null,
): ComparedSpeed {
  const error = { code: 'cache-type-illegal', message, suggestion, details: null } as const;
  return {
    configuration: configurationSchema.parse(types),
    outcome: { outcome: 'failed', error },
  };
}

/** A whole run of speed and nothing else. */
export function speedResult(compared: readonly ComparedSpeed[]): ComparisonResult {
  return {
    facts: {
      model: {
        path: '/models/=one, two.gguf',
        name: 'Scripted',
        architecture: 'llama',
        fileBytes: 1,
        weightsBytes: 1,
        parameterCount: 1,
      },
      modelFingerprint: null,
      backend: 'cpu',
      devices: [],
      gpuLayers: 0,
      bindingsRelease: 'scripted',
      llamaCppRelease: 'scripted',
      cpu: 'A processor',
      memoryBandwidth: null,
      appVersion: '1.2.3',
      startedAt: Date.UTC(2026, 0, 2),
      tookMs: 1000,
    },
    configurations: compared.map(({ configuration }) => configuration),
    speed: {
      series: {
        promptTokens: 100,
        generatedTokens: 10,
        seed: 0,
        depths: [1024],
        repetitions: 2,
      },
      configurations: compared.map(({ outcome }) => outcome),
    },
    fidelity: null,
    outputs: null,
    parallel: null,
    partErrors: {},
  };
}

export const f16: CacheTypes = { typeK: 'f16', typeV: 'f16' };
export const q8: CacheTypes = { typeK: 'q8_0', typeV: 'q8_0' };
export const mixed: CacheTypes = { typeK: 'q8_0', typeV: 'q4_0' };
