import type { CacheSetup } from '../kv-cache/cache-size.ts';
import type { ModelLayer } from '../model/model-layer.ts';
import type { FitBytes } from './fit.ts';

/** One model on one device, and what it takes with any cache. */
export interface ModelMemory {
  readonly layers: readonly ModelLayer[];
  /** Layers on the GPU, `auto` resolved. */
  readonly gpuLayers: number;
  /** On all devices together. */
  readonly weightsBytes: number;
  /** Weights and cache, which cost nothing to compute; `compute` is 0. */
  withoutCompute(setup: CacheSetup): FitBytes;
  bytes(setup: CacheSetup): Promise<FitBytes>;
}
