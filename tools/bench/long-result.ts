import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import type { ComparedReading } from '#shared/compare/fidelity.ts';
import { fidelityFigures, perplexity } from '#shared/compare/fidelity-figures.ts';
import { sampleText } from '#shared/compare/sample-text.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';

const words = sampleText.match(/\s*\S{1,6}/g) ?? [];

const reader = {
  threads: 2,
  contextLength: 32_768,
  batchSize: 512,
  kvBytes: 1_073_741_824,
  flashAttention: true,
};

/**
 * A result of the size that a long run has, figures with all their digits included; nothing of it was
 * measured. Of as many configurations, at as many places of a text.
 */
export function longResult(configurationCount: number, places: number): ComparisonResult {
  const { divergences: _none, ...baseline } = madeUpReading(places, 1);
  const compared = (seed: number) => {
    const reading = madeUpReading(places, seed);
    const figures = fidelityFigures(baseline, reading);
    return { ...reader, outcome: 'measured', ...figures, reading } as const;
  };
  const configurations = Array.from({ length: configurationCount }, (_, index) => {
    const typeK = cacheTypes[index % cacheTypes.length];
    return configurationSchema.parse({ typeK, typeV: typeK });
  });
  return {
    facts: {
      model: {
        path: '/models/long.gguf',
        name: 'Long',
        architecture: 'llama',
        fileBytes: 1,
        weightsBytes: 1,
        parameterCount: 1,
      },
      modelFingerprint: null,
      backend: 'cpu',
      devices: [],
      gpuLayers: 0,
      bindingsRelease: '3.21.1',
      llamaCppRelease: 'b1',
      cpu: '',
      memoryBandwidth: null,
      appVersion: '0.0.0',
      startedAt: 0,
      tookMs: 1,
    },
    configurations,
    speed: null,
    fidelity: {
      text: {
        kind: 'given',
        name: 'long.txt',
        sha256: '0'.repeat(64),
        expected: Array.from({ length: places }, (_, place) => wordAt(place)),
      },
      baseline: { ...reader, perplexity: perplexity(baseline.losses), reading: baseline },
      configurations: configurations.map((_, index) => compared(index + 2)),
      noise: compared(1),
    },
    outputs: null,
    parallel: null,
    partErrors: {},
  };
}

function madeUpReading(places: number, seed: number): ComparedReading {
  const next = randomFractions(seed);
  const fractions = () => Array.from({ length: places }, next);
  const likeliest = fractions().map(fraction => Math.floor(fraction * 128_000));
  return {
    losses: fractions().map(fraction => -Math.log(fraction)),
    likeliest,
    likeliestTexts: likeliest.map(wordAt),
    divergences: fractions().map(fraction => fraction / 1000),
  };
}

function wordAt(place: number): string {
  return words[place % words.length] ?? '';
}

/** Above 0 and below 1, always the same of a seed (xorshift). */
function randomFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 || 0.5;
  };
}
