import { z } from 'zod';
import { median } from '../metrics/percentile.ts';

export const sampleStatisticsSchema = z.object({
  samples: z.array(z.number()).min(1),
  mean: z.number(),
  /** Of the samples (n - 1); null of a single one. */
  standardDeviation: z.number().nonnegative().nullable(),
  median: z.number(),
});
export type SampleStatistics = z.infer<typeof sampleStatisticsSchema>;

/** @param samples at least one */
export function sampleStatistics(samples: readonly number[]): SampleStatistics {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return {
    samples: [...samples],
    mean,
    standardDeviation: samples.length < 2 ? null : Math.sqrt(squares / (samples.length - 1)),
    median: median(samples) ?? mean,
  };
}

/**
 * Of so many samples each, two runs of the same thing have ranges that do not touch in 2 of 252 orders, 0.8 %;
 * of three in 2 of 20, and a run has a dozen such pairs.
 */
export const tellingSamples = 5;

/** Whether the ranges of single samples touch: then either may be the faster one. */
export function rangesTouch(one: SampleStatistics, other: SampleStatistics): boolean {
  return (
    Math.max(...one.samples) >= Math.min(...other.samples) &&
    Math.max(...other.samples) >= Math.min(...one.samples)
  );
}

/** Why so many samples say nothing; null where they do. */
export function tooFewSamples(samples: number): string | null {
  if (samples >= tellingSamples) return null;
  const times = samples === 1 ? 'once' : `${samples} times`;
  return `Measured ${times}: too few to tell a difference from chance. Ask for at least ${tellingSamples} repetitions.`;
}
