import { AppError } from '#shared/errors/app-error.ts';
import type { FitQuestion } from '#shared/fit/fit.ts';
import { reservedCells } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { findPreset } from '#shared/model/presets.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import { type GgufFile, readGgufFile } from '../gguf/gguf-file.ts';
import { describeModel } from '../gguf/model-description.ts';
import type { RemoteOptions } from '../gguf/remote-header.ts';
import type { OpenBackend } from '../loading/backend.ts';
import { simulateModel } from '../memory/memory-simulation.ts';
import {
  fileMemory,
  presetMemory,
  remoteMemory,
  type SourcedMemory,
} from '../memory/model-memory.ts';

/**
 * The memory of the model that a question is about. That of the last file is kept: questions come in
 * series, as a slider moves, and opening a simulation takes longer than all of its answers.
 */
export class QuestionMemory {
  #last: { readonly key: string; readonly memory: Promise<SourcedMemory> } | null = null;

  /**
   * @throws AppError for the file; `model-unsupported` where its cache is not understood; `not-found` for
   * a preset that does not exist
   */
  async of(
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
    const file = await readGgufFile(path, remote);
    const description = withLayers(describeModel(file));
    if (isRemote(path)) return remoteMemory(description, offloaded);
    return await this.#ofFile(file, description, question, backend);
  }

  async #ofFile(
    { path, modifiedMs, fileBytes }: GgufFile,
    description: KnownLayers,
    question: FitQuestion,
    backend: OpenBackend,
  ): Promise<SourcedMemory> {
    const { gpuLayers, batchSize } = question;
    const contextLength = contextForLayers(question, description);
    const key = JSON.stringify([
      ...[path, modifiedMs, fileBytes, backend.name, gpuLayers, batchSize],
      backend.name === 'cpu' ? null : contextLength,
    ]);
    if (this.#last?.key === key) return await this.#last.memory;
    const options = loadOptionsSchema.parse({
      backend: backend.name,
      gpuLayers,
      batchSize,
      flashAttention: 'on',
    });
    const memory = simulateModel(backend, path, options, contextLength).then(simulation =>
      fileMemory(description, simulation, options),
    );
    this.#last = { key, memory };
    // What failed is asked again.
    memory.catch(() => {
      if (this.#last?.memory === memory) this.#last = null;
    });
    return await memory;
  }
}

type KnownLayers = ModelDescription & { readonly layers: readonly ModelLayer[] };

function withLayers(description: ModelDescription): KnownLayers {
  const { layers, architecture, path } = description;
  if (layers !== null) return { ...description, layers };
  throw new AppError(
    'model-unsupported',
    `How ${architecture} lays out its cache is not known, so nothing can be said about what fits.`,
    {
      suggestion: isRemote(path)
        ? 'Download and load it: llama.cpp then reports what it reserved.'
        : 'Load it: llama.cpp then reports what it reserved.',
    },
  );
}

/** Tokens that `auto` GPU layers are to leave room for. */
function contextForLayers(
  { contextLength }: FitQuestion,
  { trainedContextLength }: ModelDescription,
): number {
  const trained = trainedContextLength ?? 4096;
  return reservedCells(Math.min(contextLength ?? trained, trained));
}
