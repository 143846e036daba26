import type { AttentionCache, ModelLayer, RecurrentState } from '../model/model-layer.ts';
import { bytesPerElement, type CacheType } from './cache-type.ts';

/** llama.cpp pads the cells of a cache to this many (llama-kv-cache.cpp, `GGML_PAD(n_ctx, 256)`). */
const cellPadding = 256;

/** Cells that llama.cpp reserves for one sequence with the asked-for context length. */
export function reservedCells(contextLength: number): number {
  return Math.ceil(contextLength / cellPadding) * cellPadding;
}

export interface CacheTypes {
  readonly typeK: CacheType;
  readonly typeV: CacheType;
}

/** Everything that the size of a cache depends on beside the model. */
export interface CacheSetup extends CacheTypes {
  /** Tokens of one sequence. */
  readonly contextLength: number;
  /** Tokens evaluated at once (llama.cpp's `n_ubatch`). */
  readonly batchSize: number;
  /** Sequences with cells of their own. */
  readonly sequences: number;
  /** Without it V lies transposed in the cache, and all layers get rows for the longest V of any. */
  readonly flashAttention: boolean;
  /** Sliding-window layers keep as many cells as the others (llama.cpp's `swa_full`). */
  readonly swaFull: boolean;
}

/**
 * Cells of one layer and one sequence. A sliding-window layer keeps its window plus one physical
 * batch, padded, and never more than a full one; unless it is to keep all (llama-kv-cache-iswa.cpp).
 *
 * @param cells cells of a full-attention layer
 */
export function layerCells(
  attention: AttentionCache,
  cells: number,
  { batchSize, swaFull }: Pick<CacheSetup, 'batchSize' | 'swaFull'>,
): number {
  if (attention.slidingWindow === null || swaFull) return cells;
  return Math.min(cells, reservedCells(attention.slidingWindow + batchSize));
}

/** Bytes of one layer's memory, or of all of them. */
export interface CacheBytes {
  readonly k: number;
  readonly v: number;
  /** Constant state of recurrent layers. */
  readonly recurrent: number;
  readonly total: number;
}

/** Bytes that llama.cpp reserves for all sequences, layer by layer. */
export function layerBytes(layers: readonly ModelLayer[], setup: CacheSetup): CacheBytes[] {
  const cells = reservedCells(setup.contextLength);
  const longestV = Math.max(0, ...layers.map(({ attention }) => valueElements(attention)));
  return layers.map(({ attention, recurrent }) => {
    const layerCellCount =
      attention === null ? 0 : layerCells(attention, cells, setup) * setup.sequences;
    const vElements = setup.flashAttention ? valueElements(attention) : longestV;
    return cacheBytes(
      layerCellCount * keyElements(attention) * bytesPerElement(setup.typeK),
      layerCellCount * vElements * bytesPerElement(setup.typeV),
      setup.sequences * stateBytes(recurrent),
    );
  });
}

/** Bytes that llama.cpp reserves for all sequences and layers. */
export function reservedBytes(layers: readonly ModelLayer[], setup: CacheSetup): CacheBytes {
  return sum(layerBytes(layers, setup));
}

/**
 * Bytes of exactly so many cells per sequence, without padding and windows left aside: the figure of
 * textbooks.
 *
 * @param tokens tokens in each sequence
 */
export function textbookBytes(
  layers: readonly ModelLayer[],
  types: CacheTypes,
  tokens: number,
  sequences: number,
): CacheBytes {
  return sum(
    layers.map(({ attention, recurrent }) =>
      cacheBytes(
        tokens * sequences * keyElements(attention) * bytesPerElement(types.typeK),
        tokens * sequences * valueElements(attention) * bytesPerElement(types.typeV),
        sequences * stateBytes(recurrent),
      ),
    ),
  );
}

/**
 * Bytes of the cells that hold a token, and of the recurrent state. A sliding-window layer stops
 * growing at its window unless it is to keep all.
 *
 * @param tokens tokens in the sequence
 */
export function usedBytes(
  layers: readonly ModelLayer[],
  types: CacheTypes & Pick<CacheSetup, 'swaFull'>,
  tokens: number,
): CacheBytes {
  return sum(
    layers.map(({ attention, recurrent }) => {
      const window = types.swaFull ? null : attention?.slidingWindow;
      const cells = Math.min(tokens, window ?? tokens);
      return cacheBytes(
        cells * keyElements(attention) * bytesPerElement(types.typeK),
        cells * valueElements(attention) * bytesPerElement(types.typeV),
        stateBytes(recurrent),
      );
    }),
  );
}

/** Bytes that one more token costs while no window is full. */
export function bytesPerToken(layers: readonly ModelLayer[], types: CacheTypes): number {
  const { k, v } = textbookBytes(layers, types, 1, 1);
  return k + v;
}

function keyElements(attention: AttentionCache | null): number {
  return attention === null ? 0 : attention.kvHeads * attention.keyLength;
}

function valueElements(attention: AttentionCache | null): number {
  return attention === null ? 0 : attention.kvHeads * attention.valueLength;
}

/** llama-memory-recurrent.cpp keeps both parts in f32, one row per sequence. */
function stateBytes(recurrent: RecurrentState | null): number {
  return recurrent === null ? 0 : (recurrent.shift + recurrent.state) * bytesPerElement('f32');
}

function cacheBytes(k: number, v: number, recurrent: number): CacheBytes {
  return { k, v, recurrent, total: k + v + recurrent };
}

function sum(all: readonly CacheBytes[]): CacheBytes {
  let [k, v, recurrent] = [0, 0, 0];
  for (const one of all) {
    k += one.k;
    v += one.v;
    recurrent += one.recurrent;
  }
  return cacheBytes(k, v, recurrent);
}
