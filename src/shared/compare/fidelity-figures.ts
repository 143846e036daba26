import { percentile } from '../metrics/percentile.ts';
import type { ComparedReading, FidelityFigures, FidelityReading } from './fidelity.ts';
import { stableSum } from './stable-sum.ts';

/** exp of the mean loss: over how many equally likely tokens the model was as unsure. */
export function perplexity(losses: readonly number[]): number {
  return Math.exp(meanOf(losses));
}

/** @param reading of the same text as the baseline's, of at least two tokens */
export function fidelityFigures(
  baseline: FidelityReading,
  reading: ComparedReading,
): FidelityFigures {
  const { divergences, likeliest } = reading;
  const share = (part: number) => percentile(divergences, part) ?? Number.NaN;
  const top1Changes = likeliest.filter((token, at) => token !== baseline.likeliest[at]).length;
  return {
    perplexity: perplexity(reading.losses),
    klDivergence: { mean: meanOf(divergences), p95: share(0.95), p99: share(0.99), max: share(1) },
    top1Agreement: 1 - top1Changes / likeliest.length,
    top1Changes,
  };
}

function meanOf(values: readonly number[]): number {
  return stableSum(values) / values.length;
}
