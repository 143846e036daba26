import { configurationSchema } from '#shared/compare/configuration.ts';
import {
  type ConfigurationParallel,
  type ParallelFigures,
  parallelTestSchema,
} from '#shared/compare/parallel.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';

/** Why a number of sequences has no figures. */
export const error = {
  code: 'context-does-not-fit',
  message: 'This needs more than there is.',
  suggestion: null,
  details: null,
} as const;

/** @param rates tokens per second of all together, one for each sample */
export function count(
  sequences: number,
  rates: number[],
  kvBytes: number | null = null,
): ParallelFigures {
  const tokensPerSecond = sampleStatistics(rates);
  return { outcome: 'measured', sequences, tokensPerSecond, kvBytes, contextLength: 256 };
}

/** What a run of parallel sequences gives, of f16, q8_0 and q4_0 in this order. */
export function parallelResult(...configurations: (ConfigurationParallel | null)[]) {
  const types = ['f16', 'q8_0', 'q4_0'] as const;
  return {
    configurations: configurations.map((_each, index) =>
      configurationSchema.parse({ typeK: types[index], typeV: types[index] }),
    ),
    parallel: { test: parallelTestSchema.parse({}), configurations },
    partErrors: {},
  };
}

export function measured(...counts: ParallelFigures[]): ConfigurationParallel {
  return { outcome: 'measured', counts };
}
