import { availableParallelism } from 'node:os';
import { getModuleVersion, type LlamaContext, type LlamaModel } from 'node-llama-cpp';
import { AppError, cancelledError } from '#shared/errors/app-error.ts';
import type { LoadOptions, LoadProgress } from '#shared/model/load.ts';
import { contextBatchSize, flashAttentionOption, ggmlType } from '../memory/memory-simulation.ts';
import { modelFingerprint } from '../snapshot/model-fingerprint.ts';
import { calibrateThreads } from '../threads/thread-calibration.ts';
import { AnswerMemory } from '../turn/answer-memory.ts';
import { ChatTemplate } from '../turn/chat-template.ts';
import { PromptLookup } from '../turn/prompt-lookup.ts';
import { SequenceCache } from '../turn/sequence-cache.ts';
import { readAllocationReport } from './allocation-report.ts';
import type { OpenBackend } from './backend.ts';
import { logTail } from './llama-log.ts';
import { readContextFailure, readModelFailure } from './load-failure.ts';
import type { CheckedPlan } from './load-plan.ts';
import { type LoadedContext, LoadedModel, type LoadedWeights } from './loaded-model.ts';

export interface LoadHandle {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** Executes one checked plan. */
export class ModelLoad {
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
        modelFingerprint: weights.fingerprint,
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
        fingerprint: await modelFingerprint(file).catch(() => null),
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
        sequences: options.sequences,
        threads: { ideal: most, min: 1 },
        flashAttention: flashAttentionOption(options),
        experimentalKvCacheKeyType: ggmlType(options.typeK),
        experimentalKvCacheValueType: ggmlType(options.typeV),
        swaFullCache: options.swaFull,
        failedCreationRemedy: false,
        ignoreMemorySafetyChecks: true,
        // A single sequence is dispatched at once; the timer behind the default is for many.
        ...(options.sequences === 1 ? { batching: { dispatchSchedule: () => {} } } : {}),
      });
      const first = cacheOf(context, options);
      const others = Array.from({ length: options.sequences - 1 }, () => cacheOf(context, options));
      return { context, caches: [first, ...others] };
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

  async #threads(weights: LoadedWeights, { caches }: LoadedContext) {
    if (this.#options.threads !== 'auto') return { threads: this.#options.threads, trials: [] };
    const { llama } = this.backend;
    const offloaded =
      llama.gpu !== false && weights.gpuLayers >= weights.model.fileInsights.totalLayers;
    return await calibrateThreads(llama, caches[0], offloaded, this.#handle.signal, fraction =>
      this.#handle.onProgress({ stage: 'calibration', fraction }),
    );
  }
}

/** Of a sequence that is not in use yet. */
function cacheOf(
  context: LlamaContext,
  { tokenPrediction }: Pick<LoadOptions, 'tokenPrediction'>,
): SequenceCache {
  const sequence = context.getSequence({
    ...(tokenPrediction === 'input-lookup'
      ? // The library keeps the last cell free.
        { tokenPredictor: new PromptLookup(context.contextSize - 1) }
      : {}),
    // Ours would never be used: a rewind that needs one clears the sequence and reads again.
    checkpoints: { interval: false },
    contextShift: {
      // Shifting kills the process with some cache types; a full context ends the turn instead.
      strategy: () => {
        throw new AppError('internal', 'The context is full, and shifting it is not allowed.');
      },
    },
  });
  return new SequenceCache(sequence);
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelledError('Loading the model');
}

/** Says what is loaded after an error, where that is not obvious. */
export function withState(error: unknown, state: string): unknown {
  if (!(error instanceof AppError) || error.code === 'cancelled') return error;
  return AppError.fromData({ ...error.data, message: `${error.data.message} ${state}` });
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction));
}
