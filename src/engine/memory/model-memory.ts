import { type ComputeShape, computeBufferFormula } from '#shared/fit/compute-buffer.ts';
import { cacheOnGpu, weightsOnGpu } from '#shared/fit/device-split.ts';
import type { FitBasis, FitBytes, WeightType } from '#shared/fit/fit.ts';
import type { ModelMemory } from '#shared/fit/model-memory.ts';
import { presetWeightsBytes } from '#shared/fit/preset-weights.ts';
import { type CacheSetup, reservedBytes, reservedCells } from '#shared/kv-cache/cache-size.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import type { Preset } from '#shared/model/presets.ts';
import type { MemoryNeed, ModelSimulation } from './memory-simulation.ts';

/** Memory of a model, and where the compute buffers in it came from so far. */
export interface SourcedMemory extends ModelMemory {
  /** One simulation that is not to be had makes it the formula. */
  computeFrom(): FitBasis['computeFrom'];
}

interface Shape extends ComputeShape {
  readonly layers: readonly ModelLayer[];
}

/** By formula: for what has no file, or none that can be simulated. */
function formulaMemory(shape: Shape, weights: MemoryNeed, gpuLayers: number): SourcedMemory {
  const { layers } = shape;
  const withCompute = (setup: CacheSetup, compute: number): FitBytes => {
    const computeOnGpu = gpuLayers > 0 ? compute : 0;
    const vram = weights.vram + cacheOnGpu(layers, setup, gpuLayers) + computeOnGpu;
    return sumOf(weights, layers, setup, compute, vram);
  };
  return {
    layers,
    gpuLayers,
    weightsBytes: weights.ram + weights.vram,
    withoutCompute: setup => withCompute(setup, 0),
    bytes: async setup => withCompute(setup, computeBufferFormula(shape, setup)),
    computeFrom: () => 'formula',
  };
}

/** @param gpuLayers asked for; more than there are is all of them */
export function presetMemory(
  preset: Preset,
  weightType: WeightType,
  gpuLayers: number,
): SourcedMemory {
  return unsimulatedMemory(preset, presetWeightsBytes(preset, weightType), gpuLayers);
}

/**
 * Memory of a model whose file is not on this machine, so that llama.cpp cannot simulate it.
 *
 * @param description one whose layers are known
 * @param gpuLayers asked for; more than there are is all of them
 */
export function remoteMemory(
  description: ModelDescription & { readonly layers: readonly ModelLayer[] },
  gpuLayers: number,
): SourcedMemory {
  return unsimulatedMemory(description, description.weightsBytes, gpuLayers);
}

function unsimulatedMemory(
  shape: Shape & { readonly parameterCount: number },
  weightsBytes: number,
  gpuLayers: number,
): SourcedMemory {
  const { vocabularySize, embeddingLength, parameterCount, layers } = shape;
  // A header may claim any number, and none of weights.
  const embeddings = Math.min(1, (vocabularySize * embeddingLength) / Math.max(1, parameterCount));
  const vram = weightsOnGpu(weightsBytes, embeddings, layers.length, gpuLayers);
  const weights = { ram: weightsBytes - vram, vram };
  return formulaMemory(shape, weights, Math.min(gpuLayers, layers.length + 1));
}

/**
 * Memory of a model whose file llama.cpp simulates on this machine.
 *
 * @param description one whose layers are known
 */
export function fileMemory(
  description: ModelDescription & { readonly layers: readonly ModelLayer[] },
  simulation: ModelSimulation,
  options: LoadOptions,
): SourcedMemory {
  const { layers } = description;
  const { gpuLayers } = simulation;
  const weights = simulation.weights ?? { ram: description.weightsBytes, vram: 0 };
  const byFormula = formulaMemory(description, weights, gpuLayers);
  if (simulation.weights === null) return byFormula;
  let computeFrom: FitBasis['computeFrom'] = 'simulation';
  const known = new Map<string, Promise<ContextNeed>>();

  async function simulate(setup: CacheSetup): Promise<ContextNeed> {
    const { typeK, typeV, contextLength, sequences, flashAttention, swaFull } = setup;
    // `auto` is left to the library, which turns it off for some models.
    const on = options.flashAttention === 'auto' ? 'auto' : 'on';
    const context = await simulation.context(
      { ...options, typeK, typeV, swaFull, flashAttention: flashAttention ? on : 'off' },
      contextLength,
      sequences,
    );
    if (context === null) {
      computeFrom = 'formula';
      const { compute, vram } = await byFormula.bytes(setup);
      return { compute, vram: vram - weights.vram };
    }
    const cache = reservedBytes(layers, setup).total;
    return { compute: Math.max(0, context.ram + context.vram - cache), vram: context.vram };
  }

  function simulated(setup: CacheSetup): Promise<ContextNeed> {
    const key = JSON.stringify({ ...setup, contextLength: reservedCells(setup.contextLength) });
    const before = known.get(key) ?? simulate(setup);
    known.set(key, before);
    return before;
  }

  /** On the straight line through what is simulated. */
  async function extrapolated(setup: CacheSetup): Promise<ContextNeed> {
    const at = (contextLength: number) => simulated({ ...setup, contextLength });
    const [near, far] = await Promise.all([at(longestSimulated / 2), at(longestSimulated)]);
    const beyond = (reservedCells(setup.contextLength) - longestSimulated) / (longestSimulated / 2);
    const extend = (from: number, to: number) => Math.round(to + (to - from) * beyond);
    return {
      compute: extend(near.compute, far.compute),
      vram: extend(near.vram, far.vram),
    };
  }

  return {
    ...byFormula,
    async bytes(setup) {
      const { compute, vram } =
        setup.contextLength > longestSimulated ? await extrapolated(setup) : await simulated(setup);
      return sumOf(weights, layers, setup, compute, weights.vram + vram);
    },
    computeFrom: () => computeFrom,
  };
}

/** Bytes of one context beside what we compute of its cache. */
interface ContextNeed {
  readonly compute: number;
  /** Cache and compute buffers in GPU memory. */
  readonly vram: number;
}

/**
 * Tokens. llama.cpp sets up every cell even where it allocates no cache, so that a simulation of ten
 * million takes seconds and hundreds of megabytes; and long before, its buffers have become a straight
 * line.
 */
const longestSimulated = 131_072;

/** What llama.cpp reserves beside the cache that we computed makes the compute buffers. */
function sumOf(
  weights: MemoryNeed,
  layers: readonly ModelLayer[],
  setup: CacheSetup,
  compute: number,
  vram: number,
): FitBytes {
  const cache = reservedBytes(layers, setup);
  const weightsBytes = weights.ram + weights.vram;
  return {
    weights: weightsBytes,
    kvK: cache.k,
    kvV: cache.v,
    recurrent: cache.recurrent,
    compute,
    total: weightsBytes + cache.total + compute,
    vram,
  };
}
