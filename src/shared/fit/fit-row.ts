import { type CacheSetup, reservedBytes } from '../kv-cache/cache-size.ts';
import { type CacheType, cacheTypes } from '../kv-cache/cache-type.ts';
import { illegalReason } from '../kv-cache/legality.ts';
import { type ResolvedBackend, slowReason } from '../kv-cache/slowness.ts';
import { maxContextLength } from '../model/load.ts';
import type { ModelLayer } from '../model/model-layer.ts';
import type { FitBytes, FitRow } from './fit.ts';
import { longestContext } from './longest-context.ts';

/** What the rows of a table have in common. */
export interface FitSubject {
  readonly layers: readonly ModelLayer[];
  readonly weightsBytes: number;
  readonly backend: ResolvedBackend;
  readonly batchSize: number;
  readonly sequences: number;
  /** Tokens of one sequence; null: each row has its longest. */
  readonly contextLength: number | null;
  readonly budgetBytes: number;
  readonly computeBytes: (setup: CacheSetup) => Promise<number>;
}

export interface FitPair {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
  readonly flashAttention: boolean;
}

/** Every pair, with flash attention first. */
export const fitPairs: readonly FitPair[] = [true, false].flatMap(flashAttention =>
  cacheTypes.flatMap(typeK => cacheTypes.map(typeV => ({ typeK, typeV, flashAttention }))),
);

export async function fitRow(subject: FitSubject, pair: FitPair): Promise<FitRow> {
  const { layers, backend, contextLength, budgetBytes } = subject;
  const { typeK, typeV, flashAttention } = pair;
  const illegal = illegalReason(layers, typeK, typeV, flashAttention ? 'on' : 'off');
  if (illegal !== null) {
    const none = { warning: null, maxContext: null, bytes: null };
    return { ...pair, legal: false, reason: `${illegal.message} ${illegal.suggestion}`, ...none };
  }
  const bytesAt = (length: number) => fitBytes(subject, pair, length);
  // Cheap to compute, and keeps simulations from lengths that are out of reach by the cache alone.
  const withoutCompute = await longestContext({
    totalBytes: async length =>
      subject.weightsBytes + reservedBytes(layers, setupOf(subject, pair, length)).total,
    budgetBytes,
    most: maxContextLength,
  });
  const maxContext =
    withoutCompute === 0
      ? 0
      : await longestContext({
          totalBytes: async length => (await bytesAt(length)).total,
          budgetBytes,
          most: withoutCompute,
        });
  const shown = contextLength ?? maxContext;
  return {
    ...pair,
    legal: true,
    reason: null,
    warning: slowReason(backend, typeK, typeV),
    maxContext,
    bytes: shown === 0 ? null : await bytesAt(shown),
  };
}

async function fitBytes(
  subject: FitSubject,
  pair: FitPair,
  contextLength: number,
): Promise<FitBytes> {
  const { layers, weightsBytes } = subject;
  const setup = setupOf(subject, pair, contextLength);
  const cache = reservedBytes(layers, setup);
  const compute = await subject.computeBytes(setup);
  return {
    weights: weightsBytes,
    kvK: cache.k,
    kvV: cache.v,
    recurrent: cache.recurrent,
    compute,
    total: weightsBytes + cache.total + compute,
  };
}

function setupOf(
  { batchSize, sequences }: FitSubject,
  pair: FitPair,
  contextLength: number,
): CacheSetup {
  return { ...pair, contextLength, batchSize, sequences };
}
