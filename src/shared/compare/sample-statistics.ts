import { median } from '../metrics/percentile.ts';
import type { SampleStatistics } from './speed.ts';

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
