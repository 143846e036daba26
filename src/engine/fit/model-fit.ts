import { AppError } from '#shared/errors/app-error.ts';
import { type ComputeShape, computeBufferFormula } from '#shared/fit/compute-buffer.ts';
import type { FitBasis, FitQuestion, FitRow } from '#shared/fit/fit.ts';
import { type FitSubject, fitPairs, fitRow } from '#shared/fit/fit-row.ts';
import { presetWeightsBytes } from '#shared/fit/preset-weights.ts';
import { bytesPerToken, type CacheSetup, reservedBytes } from '#shared/kv-cache/cache-size.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { findPreset } from '#shared/model/presets.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { readGgufFile } from '../gguf/gguf-file.ts';
import { describeModel } from '../gguf/model-description.ts';
import type { OpenBackend } from '../loading/backend.ts';
import { freeMemory, usableBytes } from '../memory/free-memory.ts';
import { type ModelSimulation, simulateModel } from '../memory/memory-simulation.ts';

/**
 * How much context of a model fits, for every pair of cache types: computed for the cache, simulated by
 * llama.cpp for the rest where there is a file.
 *
 * @throws AppError for the file; `model-unsupported` where its cache is not understood; `not-found` for
 * a preset that does not exist
 */
export async function fitModel(
  question: FitQuestion,
  backend: OpenBackend,
  { signal, emit }: StreamContext<FitRow>,
): Promise<FitBasis> {
  const known = await knownModel(question, backend);
  const budgetBytes = question.budgetBytes ?? usableBytes((await freeMemory(backend)).total);
  const subject: FitSubject = {
    layers: known.layers,
    weightsBytes: known.weightsBytes,
    computeBytes: known.computeBytes,
    backend: backend.name,
    batchSize: question.batchSize,
    sequences: question.sequences,
    contextLength: question.contextLength,
    budgetBytes,
  };
  for (const pair of fitPairs) {
    signal.throwIfAborted();
    await emit(await fitRow(subject, pair));
  }
  return {
    bytesPerToken: bytesPerToken(known.layers, { typeK: 'f16', typeV: 'f16' }),
    budgetBytes,
    computeFrom: known.computeFrom(),
  };
}

interface KnownModel extends Pick<FitSubject, 'layers' | 'weightsBytes' | 'computeBytes'> {
  /** Known when the rows are: one simulation that is not to be had makes it the formula. */
  computeFrom(): FitBasis['computeFrom'];
}

async function knownModel(question: FitQuestion, backend: OpenBackend): Promise<KnownModel> {
  if (question.model.kind === 'preset') {
    const preset = findPreset(question.model.id);
    if (preset === undefined) {
      throw new AppError('not-found', `There is no preset named "${question.model.id}".`);
    }
    return {
      layers: preset.layers,
      weightsBytes: presetWeightsBytes(preset, question.model.weightType),
      ...byFormula(preset),
    };
  }
  const { path } = question.model;
  const description = describeModel(await readGgufFile(path));
  const { layers } = description;
  if (layers === null) {
    throw new AppError(
      'model-unsupported',
      `How ${description.architecture} lays out its cache is not known, so nothing can be said about what fits.`,
      { suggestion: 'Load it: llama.cpp then reports what it reserved.' },
    );
  }
  const options = loadOptionsSchema.parse({
    backend: question.backend,
    gpuLayers: question.gpuLayers,
    batchSize: question.batchSize,
  });
  const trained = description.trainedContextLength ?? 4096;
  const simulation = await simulateModel(
    backend,
    path,
    options,
    Math.min(question.contextLength ?? trained, trained),
  );
  const weights = simulation.weights;
  if (weights === null) {
    return { layers, weightsBytes: description.weightsBytes, ...byFormula(description) };
  }
  return {
    layers,
    weightsBytes: weights.ram + weights.vram,
    ...bySimulation(simulation, layers, options, description),
  };
}

function byFormula(model: ComputeShape): Pick<KnownModel, 'computeBytes' | 'computeFrom'> {
  return {
    computeBytes: async setup => computeBufferFormula(model, setup),
    computeFrom: () => 'formula',
  };
}

/** What llama.cpp would reserve beside the cache that we computed. */
function bySimulation(
  simulation: ModelSimulation,
  layers: readonly ModelLayer[],
  options: LoadOptions,
  description: ModelDescription,
): Pick<KnownModel, 'computeBytes' | 'computeFrom'> {
  const known = new Map<string, number>();
  let computeFrom: FitBasis['computeFrom'] = 'simulation';
  const computeBytes = async (setup: CacheSetup): Promise<number> => {
    const { typeK, typeV, contextLength, sequences, flashAttention } = setup;
    const key = [typeK, typeV, contextLength, sequences, flashAttention].join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const context = await simulation.context(
      { ...options, typeK, typeV, flashAttention: flashAttention ? 'on' : 'off' },
      contextLength,
      sequences,
    );
    if (context === null) computeFrom = 'formula';
    const bytes =
      context === null
        ? computeBufferFormula(description, setup)
        : Math.max(0, context.ram + context.vram - reservedBytes(layers, setup).total);
    known.set(key, bytes);
    return bytes;
  };
  return { computeBytes, computeFrom: () => computeFrom };
}
