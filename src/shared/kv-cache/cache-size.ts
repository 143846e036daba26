import type { AttentionLayer } from '../model/model-description.ts';
import { bytesPerElement, type CacheType } from './cache-type.ts';

/** llama.cpp pads the cells of a cache to this many (llama-kv-cache.cpp, `GGML_PAD(n_ctx, 256)`). */
const cellPadding = 256;

/** Cells that llama.cpp reserves for one sequence with the asked-for context length. */
export function reservedCells(contextLength: number): number {
  return Math.ceil(contextLength / cellPadding) * cellPadding;
}

/**
 * Cells of one layer. A sliding-window layer keeps its window plus one physical batch, padded, and
 * never more than a full one (llama-kv-cache-iswa.cpp).
 *
 * @param cells cells of a full-attention layer
 * @param batchSize tokens evaluated at once (llama.cpp's `n_ubatch`)
 */
export function layerCells(layer: AttentionLayer, cells: number, batchSize: number): number {
  if (layer.slidingWindow === null) return cells;
  return Math.min(cells, reservedCells(layer.slidingWindow + batchSize));
}

export interface CacheBytes {
  readonly k: number;
  readonly v: number;
  readonly total: number;
}

/** Bytes of one cell of one layer, K and V apart. */
function cellBytes(layer: AttentionLayer, typeK: CacheType, typeV: CacheType): CacheBytes {
  const k = layer.kvHeads * layer.keyLength * bytesPerElement(typeK);
  const v = layer.kvHeads * layer.valueLength * bytesPerElement(typeV);
  return { k, v, total: k + v };
}

/** Bytes that llama.cpp reserves for one sequence's cache, summed over the layers. */
export function reservedBytes(
  layers: readonly AttentionLayer[],
  typeK: CacheType,
  typeV: CacheType,
  contextLength: number,
  batchSize: number,
): CacheBytes {
  const cells = reservedCells(contextLength);
  return sumLayers(layers, typeK, typeV, layer => layerCells(layer, cells, batchSize));
}

/**
 * Bytes of the cells that hold a token. A sliding-window layer stops growing at its window.
 *
 * @param tokens tokens in the sequence
 */
export function usedBytes(
  layers: readonly AttentionLayer[],
  typeK: CacheType,
  typeV: CacheType,
  tokens: number,
): CacheBytes {
  return sumLayers(layers, typeK, typeV, layer =>
    layer.slidingWindow === null ? tokens : Math.min(tokens, layer.slidingWindow),
  );
}

/** Bytes that one more token costs while no window is full. */
export function bytesPerToken(
  layers: readonly AttentionLayer[],
  typeK: CacheType,
  typeV: CacheType,
): number {
  return sumLayers(layers, typeK, typeV, () => 1).total;
}

function sumLayers(
  layers: readonly AttentionLayer[],
  typeK: CacheType,
  typeV: CacheType,
  cellsOf: (layer: AttentionLayer) => number,
): CacheBytes {
  let k = 0;
  let v = 0;
  for (const layer of layers) {
    const one = cellBytes(layer, typeK, typeV);
    const cells = cellsOf(layer);
    k += one.k * cells;
    v += one.v * cells;
  }
  return { k, v, total: k + v };
}
