import type { CacheSetup } from '../kv-cache/cache-size.ts';
import { type CacheType, cacheTypes } from '../kv-cache/cache-type.ts';
import { illegalReason } from '../kv-cache/legality.ts';
import { slowReason } from '../kv-cache/slowness.ts';
import { maxContextLength, type ResolvedBackend } from '../model/load.ts';
import type { FitQuestion, FitRow } from './fit.ts';
import { longestContext } from './longest-context.ts';
import { excessBytes, type MemoryPools } from './memory-pools.ts';
import type { ModelMemory } from './model-memory.ts';

/** What the rows of a table have in common. */
export interface FitSubject {
  readonly memory: ModelMemory;
  readonly pools: MemoryPools;
  readonly backend: ResolvedBackend;
  readonly batchSize: number;
  readonly sequences: number;
  readonly swaFull: boolean;
}

export interface FitPair {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
  readonly flashAttention: boolean;
}

/** What most people choose between; the others after them. */
const askedFirst: readonly CacheType[] = ['f16', 'q8_0', 'q4_0'];
const inOrder = [...new Set([...askedFirst, ...cacheTypes])];

/** Every pair that a question asks for: with flash attention first, equal types first. */
export function fitPairs(flashAttention: FitQuestion['flashAttention']): FitPair[] {
  const switches = { on: [true], off: [false], both: [true, false] }[flashAttention];
  return switches.flatMap(on => {
    const pairs = inOrder.flatMap(typeK =>
      inOrder.map(typeV => ({ typeK, typeV, flashAttention: on })),
    );
    return [
      ...pairs.filter(({ typeK, typeV }) => typeK === typeV),
      ...pairs.filter(({ typeK, typeV }) => typeK !== typeV),
    ];
  });
}

/** @param contextLength tokens of one sequence; null: the row has its longest */
export async function fitRow(
  subject: FitSubject,
  pair: FitPair,
  contextLength: number | null,
): Promise<FitRow> {
  const { memory, backend } = subject;
  const { typeK, typeV, flashAttention } = pair;
  const illegal = illegalReason(memory.layers, typeK, typeV, flashAttention ? 'on' : 'off');
  if (illegal !== null) {
    const none = { warning: null, maxContext: null, bytes: null };
    return { ...pair, legal: false, reason: `${illegal.message} ${illegal.suggestion}`, ...none };
  }
  const maxContext = await longestOf(subject, pair);
  const shown = contextLength ?? maxContext;
  return {
    ...pair,
    legal: true,
    reason: null,
    warning: slowReason(backend, typeK, typeV),
    maxContext,
    bytes: shown === 0 ? null : await memory.bytes(setupOf(subject, pair, shown)),
  };
}

/** Tokens of the longest context that fits; 0 where not even the shortest does. */
export async function longestOf(
  subject: Omit<FitSubject, 'backend'>,
  pair: FitPair,
): Promise<number> {
  const { memory, pools } = subject;
  const setup = (contextLength: number) => setupOf(subject, pair, contextLength);
  // Cheap to compute, and keeps simulations from lengths that are out of reach by the cache alone.
  const withoutCompute = await longestContext({
    excessBytes: async length => excessBytes(memory.withoutCompute(setup(length)), pools),
    most: maxContextLength,
  });
  if (withoutCompute === 0) return 0;
  return await longestContext({
    excessBytes: async length => excessBytes(await memory.bytes(setup(length)), pools),
    most: withoutCompute,
  });
}

function setupOf(
  { batchSize, sequences, swaFull }: Pick<FitSubject, 'batchSize' | 'sequences' | 'swaFull'>,
  pair: FitPair,
  contextLength: number,
): CacheSetup {
  return { ...pair, contextLength, batchSize, sequences, swaFull };
}
