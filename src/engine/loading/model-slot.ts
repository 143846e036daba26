import type { LoadOptions, LoadPlan, LoadReport } from '#shared/model/load.ts';
import { nothingReleased } from '../memory/free-memory.ts';
import type { MemoryNeed } from '../memory/memory-simulation.ts';
import type { FreshCause } from '../turn/cell-record.ts';
import type { Backends, OpenBackend } from './backend.ts';
import { type CheckedPlan, type Inspected, inspectForLoad, planLoad } from './load-plan.ts';
import type { LoadedModel } from './loaded-model.ts';
import { type LoadHandle, ModelLoad, throwIfCancelled, withState } from './model-load.ts';

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
  readonly #backends: Backends;
  #loaded: LoadedModel | null = null;
  /** Of the model that was loaded last, also when it is not any more. */
  #lastPath: string | null = null;

  constructor(backends: Backends) {
    this.#backends = backends;
  }

  get current(): LoadedModel | null {
    return this.#loaded;
  }

  /** @throws AppError whatever a load with these options would be refused for */
  async plan(path: string, options: LoadOptions): Promise<LoadPlan> {
    const inspected = await inspectForLoad(path, options);
    const backend = await this.#backends.open(options.backend);
    return (await planLoad(inspected, options, backend, this.released())).plan;
  }

  /** @throws AppError; {@link current} then says what is loaded */
  async load(path: string, options: LoadOptions, handle: LoadHandle): Promise<LoadReport> {
    const startedAt = performance.now();
    handle.onProgress({ stage: 'inspect', fraction: null });
    const inspected = await inspectForLoad(path, options);
    throwIfCancelled(handle.signal);
    const backend = await this.#backends.open(options.backend);
    const checked = await planLoad(inspected, options, backend, this.released());
    throwIfCancelled(handle.signal);
    const previous = this.#loaded;
    const load = new ModelLoad(backend, checked, options, handle, startedAt);
    if (previous !== null && keepsWeights(previous, checked, options, backend)) {
      this.#loaded = await this.#exchangeContext(load, previous, handle);
    } else {
      await this.unload();
      this.#loaded = await load.everything();
    }
    this.#loaded.freshCause = freshCause(this.#lastPath, path);
    this.#lastPath = path;
    return this.#loaded.report;
  }

  /** Memory that becomes free when something else is loaded. */
  released(): MemoryNeed {
    return this.#loaded?.freed() ?? nothingReleased;
  }

  async unload(): Promise<void> {
    const previous = this.#loaded;
    this.#loaded = null;
    await previous?.dispose();
  }

  async #exchangeContext(
    load: ModelLoad,
    previous: LoadedModel,
    handle: LoadHandle,
  ): Promise<LoadedModel> {
    this.#loaded = null;
    await previous.disposeContext();
    try {
      return await load.contextFor(previous.weights);
    } catch (error) {
      this.#loaded = await restore(previous, load.backend);
      if (this.#loaded !== null) this.#loaded.freshCause = 'settings';
      if (handle.signal.aborted) throw error;
      throw withState(
        error,
        this.#loaded === null ? 'No model is loaded now.' : 'The model is loaded as it was before.',
      );
    }
  }
}

/** Why the cache of a model that has just been loaded is empty. */
function freshCause(lastPath: string | null, path: string): FreshCause {
  if (lastPath === null) return 'restart';
  return lastPath === path ? 'settings' : 'other-model';
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
  const load = new ModelLoad(backend, checked, options, handle, 0);
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
