import type { LlamaModel } from 'node-llama-cpp';
import { ggmlType } from '#engine/memory/memory-simulation.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { percentile } from '#shared/metrics/percentile.ts';
import { teacherForce } from './teacher-forcing.ts';

export interface Fidelity {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
  /** Of the f16 cache's distribution from this one, over all positions; nats per token. */
  readonly klDivergence: { readonly mean: number; readonly p99: number; readonly max: number };
  /** Share of positions at which both rank the same token first. */
  readonly top1Agreement: number;
  readonly perplexity: number;
}

export type TypePair = readonly [typeK: CacheType, typeV: CacheType];

/** The f16 cache against itself comes first: the noise floor. */
const COMPARED_PAIRS: readonly TypePair[] = [
  ['f16', 'f16'],
  ['q8_0', 'q8_0'],
  ['q8_0', 'q4_0'],
  ['q4_0', 'q8_0'],
  ['f16', 'q4_0'],
  ['q4_0', 'f16'],
  ['q4_0', 'q4_0'],
];

/**
 * What each pair of cache types changes against f16, teacher-forced: every configuration reads the same
 * tokens, one by one. Computed on one thread of the CPU, so that the result repeats.
 *
 * @param tokens the text; perplexity and divergence are over all positions but the last
 */
export async function measureFidelity(
  model: LlamaModel,
  tokens: readonly number[],
  pairs: readonly TypePair[] = COMPARED_PAIRS,
): Promise<Fidelity[]> {
  const baseline = await probabilitiesOf(model, tokens, ['f16', 'f16']);
  const rows: Fidelity[] = [];
  for (const pair of pairs) {
    rows.push(compare(pair, baseline, await probabilitiesOf(model, tokens, pair), tokens));
  }
  return rows;
}

async function probabilitiesOf(
  model: LlamaModel,
  tokens: readonly number[],
  [typeK, typeV]: TypePair,
): Promise<Float64Array[]> {
  await using context = await model.createContext({
    contextSize: tokens.length,
    threads: 1,
    // A quantized V needs it; the others use it as well, so that only the types differ.
    flashAttention: true,
    experimentalKvCacheKeyType: ggmlType(typeK),
    experimentalKvCacheValueType: ggmlType(typeV),
  });
  const positions: Float64Array[] = [];
  await teacherForce(context.getSequence(), tokens, (position, probabilities) => {
    positions[position] = probabilities;
  });
  return positions;
}

function compare(
  [typeK, typeV]: TypePair,
  baseline: readonly Float64Array[],
  other: readonly Float64Array[],
  tokens: readonly number[],
): Fidelity {
  const divergences: number[] = [];
  let agreeing = 0;
  let logLikelihood = 0;
  for (let position = 0; position + 1 < tokens.length; position++) {
    const [p, q] = [baseline[position], other[position]];
    if (p === undefined || q === undefined) continue;
    divergences.push(klDivergence(p, q));
    if (likeliest(p) === likeliest(q)) agreeing++;
    logLikelihood += Math.log(q[tokens[position + 1] ?? 0] || Number.MIN_VALUE);
  }
  const count = divergences.length;
  return {
    typeK,
    typeV,
    klDivergence: {
      mean: divergences.reduce((sum, value) => sum + value, 0) / count,
      p99: percentile(divergences, 0.99) ?? Number.NaN,
      max: Math.max(...divergences),
    },
    top1Agreement: agreeing / count,
    perplexity: Math.exp(-logLikelihood / count),
  };
}

/** Sum over the vocabulary of p ln(p / q). What q cannot hold as a number counts as the smallest one. */
function klDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let token = 0; token < p.length; token++) {
    const probability = p[token] ?? 0;
    if (probability > 0) {
      sum += probability * Math.log(probability / Math.max(q[token] ?? 0, Number.MIN_VALUE));
    }
  }
  return sum;
}

function likeliest(probabilities: Float64Array): number {
  let best = 0;
  for (let token = 1; token < probabilities.length; token++) {
    if ((probabilities[token] ?? 0) > (probabilities[best] ?? 0)) best = token;
  }
  return best;
}
