import { availableParallelism } from 'node:os';
import { getModuleVersion, type LlamaModel } from 'node-llama-cpp';
import { AppError, cancelledError } from '#shared/errors/app-error.ts';
import type { LoadOptions, LoadPlan, LoadProgress, LoadReport } from '#shared/model/load.ts';
import { readAllocationReport } from './allocation-report.ts';
import { AnswerMemory } from './answer-memory.ts';
import { Backends, type OpenBackend } from './backend.ts';
import { ChatTemplate } from './chat-template.ts';
import { logTail } from './llama-log.ts';
import { readContextFailure, readModelFailure } from './load-failure.ts';
import {
  type CheckedPlan,
  type Inspected,
  inspectForLoad,
  planLoad,
  type Released,
} from './load-plan.ts';
import { type LoadedContext, LoadedModel, type LoadedWeights } from './loaded-model.ts';
import { contextBatchSize, flashAttentionOption, ggmlType } from './memory-simulation.ts';
import { SequenceCache } from './sequence-cache.ts';
import { calibrateThreads } from './thread-calibration.ts';

interface LoadHandle {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/**
 * The one model of this process, and the order in which models are exchanged. Two models often do
 * not fit at once, so a load
 *
 * 1. checks everything that can be checked (file, cache types, memory, and llama.cpp's own opinion
 *    in a simulation) while the previous model stays loaded and untouched;
 * 2. disposes the previous model, or only its context where the weights are the same;
 * 3. loads, creates the context, finds the number of threads.
 *
 * A failure or a cancel in step 1 changes nothing. After that point nothing is loaded any more; but
 * where only the context was exchanged, the previous one is restored.
 */
export class ModelSlot {
  readonly #backends = new Backends();
  #loaded: LoadedModel | null = null;

  get current(): LoadedModel | null {
    return this.#loaded;
  }

  /** @throws AppError whatever a load with these options would be refused for */
  async plan(path: string, options: LoadOptions): Promise<LoadPlan> {
    const inspected = await inspectForLoad(path, options);
    const backend = await this.#backends.open(options.backend);
    return (
      await planLoad(inspected, options, backend, this.#released(inspected, options, backend))
    ).plan;
  }

  /** @throws AppError; {@link current} then says what is loaded */
  async load(path: string, options: LoadOptions, handle: LoadHandle): Promise<LoadReport> {
    const startedAt = performance.now();
    handle.onProgress({ stage: 'inspect', fraction: null });
    const inspected = await inspectForLoad(path, options);
    throwIfCancelled(handle.signal);
    const backend = await this.#backends.open(options.backend);
    const checked = await planLoad(
      inspected,
      options,
      backend,
      this.#released(inspected, options, backend),
    );
    throwIfCancelled(handle.signal);
    const previous = this.#loaded;
    const load = new Load(backend, checked, options, handle, startedAt);
    if (previous !== null && keepsWeights(previous, checked, options, backend)) {
      this.#loaded = await this.#exchangeContext(load, previous, handle);
    } else {
      await this.unload();
      this.#loaded = await load.everything();
    }
    return this.#loaded.report;
  }

  async unload(): Promise<void> {
    const previous = this.#loaded;
    this.#loaded = null;
    await previous?.dispose();
  }

  async #exchangeContext(
    load: Load,
    previous: LoadedModel,
    handle: LoadHandle,
  ): Promise<LoadedModel> {
    this.#loaded = null;
    await previous.disposeContext();
    try {
      return await load.contextFor(previous.weights);
    } catch (error) {
      this.#loaded = await restore(previous, load.backend);
      if (handle.signal.aborted) throw error;
      throw withState(
        error,
        this.#loaded === null ? 'No model is loaded now.' : 'The model is loaded as it was before.',
      );
    }
  }

  #released(inspected: Inspected, options: LoadOptions, backend: OpenBackend): Released {
    const loaded = this.#loaded;
    if (loaded === null) return { ram: 0, vram: 0, keepsWeights: false };
    const keeps = keepsWeights(loaded, inspected, options, backend);
    return { ...loaded.freedBy(keeps ? 'context' : 'all'), keepsWeights: keeps };
  }
}

/** Whether a load asks for the very weights that are in memory, on the same device. */
function keepsWeights(
  loaded: LoadedModel,
  { file }: Pick<Inspected, 'file'>,
  options: LoadOptions,
  backend: OpenBackend,
): boolean {
  const { weights, report } = loaded;
  return (
    weights.file.path === file.path &&
    weights.file.modifiedMs === file.modifiedMs &&
    weights.file.fileBytes === file.fileBytes &&
    report.backend === backend.name &&
    report.options.gpuLayers === options.gpuLayers
  );
}

/** Executes one checked plan. */
class Load {
  readonly backend: OpenBackend;
  readonly #checked: CheckedPlan;
  readonly #options: LoadOptions;
  readonly #handle: LoadHandle;
  readonly #startedAt: number;

  constructor(
    backend: OpenBackend,
    checked: CheckedPlan,
    options: LoadOptions,
    handle: LoadHandle,
    startedAt: number,
  ) {
    this.backend = backend;
    this.#checked = checked;
    this.#options = options;
    this.#handle = handle;
    this.#startedAt = startedAt;
  }

  async everything(): Promise<LoadedModel> {
    const weights = await this.#weights();
    try {
      return await this.contextFor(weights);
    } catch (error) {
      if (!weights.model.disposed) await weights.model.dispose();
      throw withState(error, 'No model is loaded now.');
    }
  }

  /** When the library fails to create the context, the weights are disposed, and only then. */
  async contextFor(weights: LoadedWeights): Promise<LoadedModel> {
    this.#handle.onProgress({ stage: 'context', fraction: null });
    const mark = this.backend.log.mark();
    const created = await this.#context(weights.model, mark);
    try {
      const lines = await this.backend.log.since(mark);
      const actual = {
        ...readAllocationReport(lines.map(line => line.text)),
        weightsBytes: weights.weightsBytes,
      };
      const threads = await this.#threads(weights, created);
      throwIfCancelled(this.#handle.signal);
      return new LoadedModel(weights, created, {
        options: this.#options,
        planned: this.#checked.plan,
        actual,
        backend: this.backend.name,
        devices: [...this.backend.devices],
        gpuLayers: weights.gpuLayers,
        contextLength: created.context.contextSize,
        threads: threads.threads,
        threadTrials: [...threads.trials],
        loadMs: performance.now() - this.#startedAt,
        bindingsRelease: await getModuleVersion(),
        llamaCppRelease: this.backend.llama.llamaCppRelease.release,
      });
    } catch (error) {
      await created.context.dispose();
      throw error;
    }
  }

  async #weights(): Promise<LoadedWeights> {
    const { llama, log } = this.backend;
    const { signal, onProgress } = this.#handle;
    const { file, gpuLayers } = this.#checked;
    const mark = log.mark();
    onProgress({ stage: 'weights', fraction: 0 });
    let model: LlamaModel;
    try {
      model = await llama.loadModel({
        modelPath: file.path,
        gpuLayers,
        // Weights that are not numbers load all right and answer nonsense for ever.
        checkTensors: true,
        loadSignal: signal,
        // Ours is stricter: it looks at the memory that is free.
        ignoreMemorySafetyChecks: true,
        onLoadProgress: fraction => onProgress({ stage: 'weights', fraction: clamp(fraction) }),
      });
    } catch (error) {
      if (signal.aborted) throw cancelledError('Loading the model');
      const lines = await log.since(mark);
      throw withState(
        readModelFailure(lines) ??
          new AppError('model-load-failed', 'llama.cpp could not load the model.', {
            suggestion:
              'Try another file or another backend; the details hold what llama.cpp said.',
            details: logTail(lines),
            cause: error,
          }),
        'No model is loaded now.',
      );
    }
    try {
      const lines = await log.since(mark);
      return {
        model,
        template: new ChatTemplate(model),
        answers: new AnswerMemory(),
        file,
        gpuLayers: model.gpuLayers,
        weightsBytes: readAllocationReport(lines.map(line => line.text)).weightsBytes,
      };
    } catch (error) {
      await model.dispose();
      throw withState(error, 'No model is loaded now.');
    }
  }

  async #context(model: LlamaModel, mark: number): Promise<LoadedContext> {
    const { llama, log } = this.backend;
    const options = this.#options;
    const cores = availableParallelism();
    // A context keeps the number that it is created with as its upper bound.
    const most = options.threads === 'auto' ? cores : options.threads;
    llama.maxThreads = most;
    try {
      const context = await model.createContext({
        contextSize: this.#checked.plan.contextLength,
        batchSize: contextBatchSize(options, model.fileInsights),
        sequences: 1,
        threads: { ideal: most, min: 1 },
        flashAttention: flashAttentionOption(options.flashAttention),
        experimentalKvCacheKeyType: ggmlType(options.typeK),
        experimentalKvCacheValueType: ggmlType(options.typeV),
        failedCreationRemedy: false,
        ignoreMemorySafetyChecks: true,
        // A single sequence is dispatched at once; the timer behind the default is for many.
        batching: { dispatchSchedule: () => {} },
      });
      const sequence = context.getSequence({
        // Ours would never be used: a rewind that needs one clears the sequence and reads again.
        checkpoints: { interval: false },
        contextShift: {
          // Shifting kills the process with some cache types; a full context ends the turn instead.
          strategy: () => {
            throw new AppError('internal', 'The context is full, and shifting it is not allowed.');
          },
        },
      });
      return { context, cache: new SequenceCache(sequence) };
    } catch (error) {
      // At once: a context that failed keeps the library from ever disposing its model as soon as it
      // has been garbage-collected.
      await model.dispose();
      const lines = await log.since(mark);
      throw (
        readContextFailure(lines) ??
        new AppError('context-failed', 'llama.cpp could not create the context.', {
          suggestion:
            'Try a shorter context, f16 for K and V, and flash attention on auto; the details hold what llama.cpp said.',
          details: logTail(lines),
          cause: error,
        })
      );
    }
  }

  async #threads(weights: LoadedWeights, { cache }: LoadedContext) {
    if (this.#options.threads !== 'auto') return { threads: this.#options.threads, trials: [] };
    const { llama } = this.backend;
    const offloaded =
      llama.gpu !== false && weights.gpuLayers >= weights.model.fileInsights.totalLayers;
    return await calibrateThreads(llama, cache, offloaded, this.#handle.signal, fraction =>
      this.#handle.onProgress({ stage: 'calibration', fraction }),
    );
  }
}

/**
 * What was loaded before, so that a refused change costs the user nothing but the cached tokens.
 *
 * @returns null when even that cannot be loaded any more
 */
async function restore(previous: LoadedModel, backend: OpenBackend): Promise<LoadedModel | null> {
  const { report, weights } = previous;
  const checked: CheckedPlan = {
    file: weights.file,
    plan: report.planned,
    gpuLayers: weights.gpuLayers,
  };
  const options = { ...report.options, threads: report.threads };
  const handle = { signal: new AbortController().signal, onProgress: () => {} };
  const load = new Load(backend, checked, options, handle, 0);
  try {
    const restored = weights.model.disposed
      ? await load.everything()
      : await load.contextFor(weights);
    return restored.withReport(report);
  } catch {
    if (!weights.model.disposed) await weights.model.dispose();
    return null;
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelledError('Loading the model');
}

function withState(error: unknown, state: string): unknown {
  if (!(error instanceof AppError) || error.code === 'cancelled') return error;
  return AppError.fromData({ ...error.data, message: `${error.data.message} ${state}` });
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
