import type { LlamaModel } from 'node-llama-cpp';
import { teacherForced } from '#engine/measure/teacher-forcing.ts';
import { ggmlType } from '#engine/memory/memory-simulation.ts';
import {
  type Distribution,
  klDivergence,
  likeliestToken,
  lossOf,
} from '#shared/compare/distribution.ts';
import type { FidelityFigures } from '#shared/compare/fidelity.ts';
import { fidelityFigures } from '#shared/compare/fidelity-figures.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';

export interface Fidelity extends FidelityFigures {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
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
 * tokens. Computed on one thread of the CPU, so that the result repeats.
 *
 * @param tokens the text; perplexity and divergence are over all positions but the last
 */
export async function measureFidelity(
  model: LlamaModel,
  tokens: readonly number[],
  pairs: readonly TypePair[] = COMPARED_PAIRS,
): Promise<Fidelity[]> {
  const baseline = await distributionsOf(model, tokens, ['f16', 'f16']);
  const rows: Fidelity[] = [];
  for (const [typeK, typeV] of pairs) {
    const other = await distributionsOf(model, tokens, [typeK, typeV]);
    const divergences = baseline.map((p, at) => klDivergence(p, other[at] ?? new Float32Array()));
    const reading = { ...readingOf(other, tokens), divergences };
    rows.push({ typeK, typeV, ...fidelityFigures(readingOf(baseline, tokens), reading) });
  }
  return rows;
}

async function distributionsOf(
  model: LlamaModel,
  tokens: readonly number[],
  [typeK, typeV]: TypePair,
): Promise<Distribution[]> {
  await using context = await model.createContext({
    contextSize: tokens.length,
    threads: 1,
    // A quantized V needs it; the others use it as well, so that only the types differ.
    flashAttention: true,
    experimentalKvCacheKeyType: ggmlType(typeK),
    experimentalKvCacheValueType: ggmlType(typeV),
  });
  const positions: Distribution[] = [];
  for await (const chunk of teacherForced(context.getSequence(), tokens.slice(0, -1))) {
    positions.push(...chunk);
  }
  return positions;
}

function readingOf(positions: readonly Distribution[], tokens: readonly number[]) {
  return {
    losses: positions.map((distribution, at) => lossOf(distribution, tokens[at + 1] ?? 0)),
    likeliest: positions.map(likeliestToken),
    likeliestTexts: [],
  };
}
