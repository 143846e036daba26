import { AppError } from '#shared/errors/app-error.ts';
import type { FitBasis, FitBytes, FitQuestion, FitRow, FitSetup } from '#shared/fit/fit.ts';
import { fitPairs, fitRow } from '#shared/fit/fit-row.ts';
import { budgetOf, type MachineMemory, type MemoryPools } from '#shared/fit/memory-pools.ts';
import { bytesPerToken, reservedCells } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { findPreset } from '#shared/model/presets.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { readGgufFile } from '../gguf/gguf-file.ts';
import { describeModel } from '../gguf/model-description.ts';
import type { RemoteOptions } from '../gguf/remote-header.ts';
import type { OpenBackend } from '../loading/backend.ts';
import { machineMemory, usablePools } from '../memory/free-memory.ts';
import { type MemoryNeed, simulateModel } from '../memory/memory-simulation.ts';
import {
  fileMemory,
  presetMemory,
  remoteMemory,
  type SourcedMemory,
} from '../memory/model-memory.ts';

/**
 * How much context of a model fits, for every pair of cache types: computed for the cache, simulated by
 * llama.cpp for the rest where the file is on this machine.
 *
 * @param released what the model that is loaded now gives back
 * @throws AppError for the file; `model-unsupported` where its cache is not understood; `not-found` for
 * a preset that does not exist
 */
export async function fitModel(
  question: FitQuestion,
  backend: OpenBackend,
  released: MemoryNeed,
  { signal, emit }: StreamContext<FitRow>,
): Promise<FitBasis> {
  const memory = await memoryOf(question, backend, { signal });
  const machine = await machineMemory(backend, released);
  const pools = poolsFor(question, machine, released);
  const { batchSize, sequences } = question;
  const subject = { memory, pools, backend: backend.name, batchSize, sequences };
  for (const pair of fitPairs(question.flashAttention)) {
    signal.throwIfAborted();
    await emit(await fitRow(subject, pair, question.contextLength));
  }
  return {
    bytesPerToken: bytesPerToken(memory.layers, { typeK: 'f16', typeV: 'f16' }),
    weightsBytes: memory.weightsBytes,
    budgetBytes: budgetOf(pools),
    pools,
    memory: machine,
    backend: backend.name,
    gpuLayers: memory.gpuLayers,
    computeFrom: memory.computeFrom(),
  };
}

/**
 * What a model takes with each of these caches, in their order.
 *
 * @throws AppError as {@link fitModel}
 */
export async function fitBytesOf(
  question: FitQuestion,
  setups: readonly FitSetup[],
  backend: OpenBackend,
): Promise<FitBytes[]> {
  const memory = await memoryOf(question, backend);
  const { batchSize, sequences } = question;
  const all: FitBytes[] = [];
  for (const setup of setups) all.push(await memory.bytes({ ...setup, batchSize, sequences }));
  return all;
}

/** A budget that the user names is that of the pool that users ask about. */
function poolsFor(
  { budgetBytes }: FitQuestion,
  machine: MachineMemory,
  released: MemoryNeed,
): MemoryPools {
  const usable = usablePools(machine, released);
  if (budgetBytes === null) return usable;
  return usable.vramBytes === null
    ? { ramBytes: budgetBytes, vramBytes: null }
    : { ...usable, vramBytes: budgetBytes };
}

async function memoryOf(
  question: FitQuestion,
  backend: OpenBackend,
  remote: RemoteOptions = {},
): Promise<SourcedMemory> {
  const { gpuLayers } = question;
  const all = gpuLayers === 'auto' ? Number.POSITIVE_INFINITY : gpuLayers;
  const offloaded = backend.name === 'cpu' ? 0 : all;
  if (question.model.kind === 'preset') {
    const preset = findPreset(question.model.id);
    if (preset === undefined) {
      throw new AppError('not-found', `There is no preset named "${question.model.id}".`);
    }
    return presetMemory(preset, question.model.weightType, offloaded);
  }
  const { path } = question.model;
  const description = describeModel(await readGgufFile(path, remote));
  const { layers } = description;
  if (layers === null) {
    throw new AppError(
      'model-unsupported',
      `How ${description.architecture} lays out its cache is not known, so nothing can be said about what fits.`,
      {
        suggestion: isRemote(path)
          ? 'Download and load it: llama.cpp then reports what it reserved.'
          : 'Load it: llama.cpp then reports what it reserved.',
      },
    );
  }
  if (isRemote(path)) return remoteMemory({ ...description, layers }, offloaded);
  const options = loadOptionsSchema.parse({
    backend: question.backend,
    gpuLayers: question.gpuLayers,
    batchSize: question.batchSize,
    flashAttention: 'on',
  });
  const simulation = await simulateModel(
    backend,
    description.path,
    options,
    contextForLayers(question, description),
  );
  return fileMemory({ ...description, layers }, simulation, options);
}

/** Tokens that `auto` GPU layers are to leave room for. */
function contextForLayers(
  { contextLength }: FitQuestion,
  { trainedContextLength }: ModelDescription,
): number {
  const trained = trainedContextLength ?? 4096;
  return reservedCells(Math.min(contextLength ?? trained, trained));
}
