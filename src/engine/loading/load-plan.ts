import { AppError } from '#shared/errors/app-error.ts';
import { type CacheBytes, reservedBytes, reservedCells } from '#shared/kv-cache/cache-size.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { LoadOptions, LoadPlan } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { type GgufFile, readGgufFile } from '../gguf/gguf-file.ts';
import { describeModel } from '../gguf/model-description.ts';
import { type FreeMemory, freeMemory, usableBytes } from '../memory/free-memory.ts';
import { type MemoryNeed, type Simulation, simulateLoad } from '../memory/memory-simulation.ts';
import type { OpenBackend } from './backend.ts';

/** What `auto` gives at most: longer ones reserve memory that most chats never use. */
const autoContextLength = 4096;

/** A load that may be executed. */
export interface CheckedPlan {
  readonly file: GgufFile;
  readonly plan: LoadPlan;
  readonly gpuLayers: number;
}

/** Memory that is not free now and will be by the time that the plan is executed. */
export interface Released extends MemoryNeed {
  /** The weights stay where they are, so they need no memory again. */
  readonly keepsWeights: boolean;
}

/** A file whose header passed, and what can be said without a backend. */
export interface Inspected {
  readonly file: GgufFile;
  readonly description: ModelDescription;
}

/**
 * Everything that can be refused without a backend.
 *
 * @throws AppError for the file, and `cache-type-illegal`, `model-unsupported`
 */
export async function inspectForLoad(path: string, options: LoadOptions): Promise<Inspected> {
  const file = await readGgufFile(path);
  const description = describeModel(file);
  refuseWhatCannotChat(description);
  const illegal = illegalReason(
    description.layers,
    options.typeK,
    options.typeV,
    options.flashAttention,
  );
  if (illegal !== null) {
    throw new AppError('cache-type-illegal', illegal.message, { suggestion: illegal.suggestion });
  }
  return { file, description };
}

/**
 * What llama.cpp will reserve, held against the memory that is free.
 *
 * @throws AppError `context-does-not-fit`, and whatever {@link simulateLoad} finds
 */
export async function planLoad(
  inspected: Inspected,
  options: LoadOptions,
  backend: OpenBackend,
  released: Released,
): Promise<CheckedPlan> {
  const { description, file } = inspected;
  const contextLength = resolveContextLength(description, options);
  const cache = plannedCache(description, options, contextLength);
  const free = await freeMemory(backend);
  // Before the simulation: even that should not be asked for what is far out of reach.
  if (cache !== null) {
    refuseIfTooLarge(inspected, options, contextLength, addFree(free, released), {
      weights: 0,
      compute: 0,
      cache: cache.total,
    });
  }
  const simulation = await simulateLoad(backend, description.path, options, contextLength);
  const computeBytes = simulatedCompute(simulation, cache);
  refuseIfTooLarge(
    inspected,
    options,
    contextLength,
    addFree(free, released),
    needed(description, cache, simulation, computeBytes, released.keepsWeights),
  );
  return {
    file,
    gpuLayers: simulation?.gpuLayers ?? (options.gpuLayers === 'auto' ? 0 : options.gpuLayers),
    plan: assemblePlan(description, contextLength, cache, computeBytes, free.forPlan),
  };
}

function assemblePlan(
  model: ModelDescription,
  contextLength: number,
  cache: CacheBytes | null,
  computeBytes: number | null,
  freeBytes: number,
): LoadPlan {
  return {
    model,
    contextLength,
    cells: reservedCells(contextLength),
    weightsBytes: model.weightsBytes,
    kvBytes: cache === null ? null : cache.k + cache.v,
    kvKBytes: cache?.k ?? null,
    kvVBytes: cache?.v ?? null,
    recurrentBytes: cache?.recurrent ?? null,
    computeBytes,
    freeBytes,
  };
}

/** Padded as llama.cpp pads its cells: what is reserved anyway can be used. */
function resolveContextLength(model: ModelDescription, options: LoadOptions): number {
  const wanted =
    options.contextLength === 'auto'
      ? Math.min(model.trainedContextLength ?? autoContextLength, autoContextLength)
      : options.contextLength;
  return reservedCells(wanted);
}

function plannedCache(
  model: ModelDescription,
  options: LoadOptions,
  contextLength: number,
): CacheBytes | null {
  if (model.layers === null) return null;
  const { typeK, typeV, batchSize } = options;
  return reservedBytes(model.layers, {
    typeK,
    typeV,
    contextLength,
    batchSize,
    sequences: 1,
    flashAttention: options.flashAttention !== 'off',
  });
}

function simulatedCompute(simulation: Simulation | null, cache: CacheBytes | null): number | null {
  if (simulation === null || cache === null) return null;
  return Math.max(0, simulation.context.ram + simulation.context.vram - cache.total);
}

function addFree(free: FreeMemory, released: Released): number {
  return free.total + released.ram + released.vram;
}

interface Need {
  readonly weights: number;
  readonly cache: number;
  readonly compute: number;
}

function needed(
  model: ModelDescription,
  cache: CacheBytes | null,
  simulation: Simulation | null,
  computeBytes: number | null,
  keepsWeights: boolean,
): Need {
  const weights =
    simulation === null ? model.weightsBytes : simulation.weights.ram + simulation.weights.vram;
  const context = simulation === null ? 0 : simulation.context.ram + simulation.context.vram;
  return {
    weights: keepsWeights ? 0 : weights,
    cache: cache?.total ?? context,
    compute: computeBytes ?? 0,
  };
}

function refuseIfTooLarge(
  { description }: Inspected,
  options: LoadOptions,
  contextLength: number,
  freeBytes: number,
  need: Need,
): void {
  const usable = usableBytes(freeBytes);
  const total = need.weights + need.cache + need.compute;
  if (total <= usable) return;
  const parts = [
    `${formatBytes(need.cache)} for the cache of ${formatTokens(contextLength)} tokens`,
    ...(need.weights > 0 ? [`${formatBytes(need.weights)} for the weights`] : []),
    ...(need.compute > 0 ? [`${formatBytes(need.compute)} for computing`] : []),
  ];
  const longest = longestFitting(description, options, usable - need.weights - need.compute);
  throw new AppError(
    'context-does-not-fit',
    `This needs ${parts.join(', ')}, and ${formatBytes(usable)} of memory are free.`,
    {
      suggestion:
        longest === null
          ? 'Close other programs, or choose a smaller model.'
          : `The longest context that fits is ${formatTokens(longest)} tokens; smaller cache types make room for more.`,
    },
  );
}

/** Null when not even the shortest fits, or when the cache cannot be computed. */
function longestFitting(
  model: ModelDescription,
  options: LoadOptions,
  bytes: number,
): number | null {
  const fits = (contextLength: number) => {
    const cache = plannedCache(model, options, contextLength);
    return cache !== null && cache.total <= bytes;
  };
  const step = reservedCells(1);
  if (!fits(step)) return null;
  let low = 1;
  let high = 1;
  while (fits(high * step) && high < 65_536) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle * step)) low = middle;
    else high = middle;
  }
  return low * step;
}

/** Architectures that read a text once and have no cache to continue from. */
const encoderPattern =
  /^(bert|.*-bert(-.*)?|neo-bert|eurobert|gemma-embedding|llama-embed|t5encoder)$/;

function refuseWhatCannotChat(model: ModelDescription): void {
  const refuse = (why: string) => {
    throw new AppError('model-unsupported', why, {
      suggestion: 'Choose a language model that generates text.',
    });
  };
  if (model.architecture === 'clip') {
    refuse('This file holds the image part of a model (a projector), which cannot chat by itself.');
  }
  if (encoderPattern.test(model.architecture)) {
    refuse('This is an embedding model: it reads text, but it does not generate any.');
  }
}
