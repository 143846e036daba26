import { type CacheBytes, type CacheSetup, layerBytes } from '../kv-cache/cache-size.ts';
import type { ModelLayer } from '../model/model-layer.ts';

/**
 * The first layer that goes to the GPU: the output layer counts as one more, and the last ones go first
 * (llama-model.cpp, `load_tensors`: `i_gpu_start`).
 *
 * @param gpuLayers layers asked for, the output layer included
 */
export function firstGpuLayer(layerCount: number, gpuLayers: number): number {
  return Math.max(0, layerCount + 1 - gpuLayers);
}

/** Cache bytes in GPU memory: a layer's cache lies where its weights do. */
export function cacheOnGpu(
  layers: readonly ModelLayer[],
  setup: CacheSetup,
  gpuLayers: number,
): number {
  return layerBytes(layers, setup)
    .slice(firstGpuLayer(layers.length, gpuLayers))
    .reduce((sum, { total }: CacheBytes) => sum + total, 0);
}

/**
 * Weights in GPU memory where no file says how large each tensor is: layers of equal size, and an
 * output layer as large as the embeddings. The embeddings themselves stay in RAM.
 *
 * @param weightsBytes of the whole model
 * @param embeddingShare share of the parameters that the embeddings have, 0..1
 */
export function weightsOnGpu(
  weightsBytes: number,
  embeddingShare: number,
  layerCount: number,
  gpuLayers: number,
): number {
  if (gpuLayers === 0 || layerCount === 0) return 0;
  const output = weightsBytes * embeddingShare;
  const perLayer = Math.max(0, weightsBytes - 2 * output) / layerCount;
  const offloaded = layerCount - firstGpuLayer(layerCount, gpuLayers);
  return Math.round(output + perLayer * offloaded);
}
