import { AppError } from '#shared/errors/app-error.ts';
import type { FitBytes } from '#shared/fit/fit.ts';
import { longestOf } from '#shared/fit/fit-row.ts';
import { contextStep } from '#shared/fit/longest-context.ts';
import { allBytes, excessBytes, type MemoryPools } from '#shared/fit/memory-pools.ts';
import { type CacheSetup, reservedBytes, reservedCells } from '#shared/kv-cache/cache-size.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import type { LoadOptions, LoadPlan } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import { predictionRefusal } from '#shared/model/token-prediction.ts';
import { type GgufFile, readGgufFile } from '../gguf/gguf-file.ts';
import { describeModel } from '../gguf/model-description.ts';
import { machineMemory, usablePools } from '../memory/free-memory.ts';
import { type MemoryNeed, simulateModel } from '../memory/memory-simulation.ts';
import { fileMemory } from '../memory/model-memory.ts';
import type { OpenBackend } from './backend.ts';

/** What `auto` gives at most: longer ones reserve memory that most chats never use. */
const autoContextLength = 4096;

/** A load that may be executed. */
export interface CheckedPlan {
  readonly file: GgufFile;
  readonly plan: LoadPlan;
  readonly gpuLayers: number;
}

/** A file whose header passed, and what can be said without a backend. */
export interface Inspected {
  readonly file: GgufFile;
  readonly description: ModelDescription;
}

/**
 * Everything that can be refused without a backend.
 *
 * @throws AppError for the file, and `cache-type-illegal`, `model-unsupported`; `invalid-input` for a web
 * address, before anything is asked of it
 */
export async function inspectForLoad(path: string, options: LoadOptions): Promise<Inspected> {
  if (isRemote(path)) {
    throw new AppError(
      'invalid-input',
      'A model at a web address can be inspected and fitted, but not loaded.',
      { suggestion: 'Download the file first, then load it.' },
    );
  }
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
  const unpredictable =
    options.tokenPrediction === 'off' ? null : predictionRefusal(description.layers);
  if (unpredictable !== null) {
    throw new AppError('model-unsupported', unpredictable, {
      suggestion: 'Load it without token prediction.',
    });
  }
  return { file, description };
}

/**
 * What llama.cpp will reserve, held against the memory that is free: the same computation as the Fit
 * page's, for one context.
 *
 * @param released what the model that is loaded now gives back
 * @throws AppError `context-does-not-fit`, and whatever {@link simulateModel} finds
 */
export async function planLoad(
  { description, file }: Inspected,
  options: LoadOptions,
  backend: OpenBackend,
  released: MemoryNeed,
): Promise<CheckedPlan> {
  const contextLength = resolveContextLength(description, options);
  const pools = usablePools(await machineMemory(backend, released), released);
  const { layers } = description;
  const planned =
    layers === null
      ? await planUnknownCache(description, options, backend, contextLength)
      : await planKnownCache({ ...description, layers }, options, backend, contextLength, pools);
  return {
    file,
    gpuLayers: planned.gpuLayers,
    plan: {
      ...planned.bytes,
      model: description,
      contextLength,
      cells: reservedCells(contextLength) * options.sequences,
      pools,
    },
  };
}

type PlannedBytes = Omit<LoadPlan, 'model' | 'contextLength' | 'cells' | 'pools'>;

interface Planned {
  readonly gpuLayers: number;
  readonly bytes: PlannedBytes;
}

async function planKnownCache(
  description: ModelDescription & { readonly layers: readonly ModelLayer[] },
  options: LoadOptions,
  backend: OpenBackend,
  contextLength: number,
  pools: MemoryPools,
): Promise<Planned> {
  const { typeK, typeV, batchSize, sequences, swaFull } = options;
  const pair = { typeK, typeV, flashAttention: options.flashAttention !== 'off' };
  const context = { batchSize, sequences, swaFull };
  const setup = { ...pair, ...context, contextLength };
  // Nothing should be simulated that is far out of reach by the cache alone.
  const cache = reservedBytes(description.layers, setup).total;
  const outOfReach = cache > allBytes(pools);
  const simulation = await simulateModel(
    backend,
    description.path,
    options,
    outOfReach ? contextStep : contextLength,
  );
  const memory = fileMemory(description, simulation, options);
  const bytes = outOfReach ? memory.withoutCompute(setup) : await memory.bytes(setup);
  if (excessBytes(bytes, pools) > 0) {
    const longest = await longestOf({ memory, pools, ...context }, pair);
    throw doesNotFit(bytes, pools, { contextLength, sequences }, longest);
  }
  return {
    gpuLayers: memory.gpuLayers,
    bytes: {
      weightsBytes: bytes.weights,
      kvBytes: bytes.kvK + bytes.kvV,
      kvKBytes: bytes.kvK,
      kvVBytes: bytes.kvV,
      recurrentBytes: bytes.recurrent,
      computeBytes: bytes.compute,
      vramBytes: bytes.vram,
    },
  };
}

/** Of an architecture whose cache is not understood only llama.cpp's refusals are known. */
async function planUnknownCache(
  description: ModelDescription,
  options: LoadOptions,
  backend: OpenBackend,
  contextLength: number,
): Promise<Planned> {
  const simulation = await simulateModel(backend, description.path, options, contextLength);
  await simulation.context(options, contextLength, options.sequences);
  return {
    gpuLayers: simulation.gpuLayers,
    bytes: {
      weightsBytes: description.weightsBytes,
      kvBytes: null,
      kvKBytes: null,
      kvVBytes: null,
      recurrentBytes: null,
      computeBytes: null,
      vramBytes: null,
    },
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

/** @param longest tokens; 0 where not even the shortest context fits */
function doesNotFit(
  need: FitBytes,
  { ramBytes, vramBytes }: MemoryPools,
  { contextLength, sequences }: Pick<CacheSetup, 'contextLength' | 'sequences'>,
  longest: number,
): AppError {
  const each = `${formatTokens(contextLength)} tokens`;
  const held = sequences === 1 ? each : `${sequences} sequences of ${each}`;
  const parts = [
    `${formatBytes(need.kvK + need.kvV + need.recurrent)} for the cache of ${held}`,
    `${formatBytes(need.weights)} for the weights`,
    ...(need.compute > 0 ? [`${formatBytes(need.compute)} for computing`] : []),
  ];
  const free =
    vramBytes !== null && need.vram > vramBytes
      ? `${formatBytes(need.vram)} of that on the GPU, where ${formatBytes(vramBytes)} are free`
      : `and ${formatBytes(ramBytes)} of memory are free`;
  return new AppError('context-does-not-fit', `This needs ${parts.join(', ')}, ${free}.`, {
    suggestion:
      longest === 0
        ? 'Close other programs, or choose a smaller model.'
        : `The longest context that fits is ${formatTokens(longest)} tokens${sequences === 1 ? '' : ' in each sequence'}; smaller cache types make room for more.`,
  });
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
