import type { ComparisonRequest } from '#shared/compare/comparison.ts';
import type { Configuration } from '#shared/compare/configuration.ts';
import type { MemoryBandwidth } from '#shared/compare/memory-bandwidth.ts';
import type { ComparisonPart, ComparisonProgress } from '#shared/compare/progress.ts';
import {
  AppError,
  type AppErrorData,
  cancelledError,
  toErrorData,
} from '#shared/errors/app-error.ts';
import { type LoadOptions, type LoadReport, loadOptionsSchema } from '#shared/model/load.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LentEngine, LentModel } from '../model/lent-engine.ts';

/** What a part of a run tells about itself. */
export type PartProgress = Omit<ComparisonProgress, 'part'>;

/**
 * What the parts of one run share: the engine, the folder for their files, and which configurations are
 * out. One that the engine has died over would end it again in every other part; what is refused in one
 * part may well work in the next, which has a shorter context or asks for something else.
 */
export class ComparisonRun {
  readonly request: ComparisonRequest;
  /** For files of the run; the caller removes it. */
  readonly folder: string;
  /** Of the first load that worked. */
  firstReport: LoadReport | null = null;
  /** What came in the way of a configuration first. */
  firstError: AppErrorData | null = null;
  /** Null until it was measured, and where it cannot be. */
  memoryBandwidth: MemoryBandwidth | null = null;
  readonly #engine: LentEngine;
  readonly #reader: StreamContext<ComparisonProgress>;
  /** Of the part under way. */
  readonly #errors = new Map<number, AppErrorData>();
  /** Of all parts. */
  readonly #deaths = new Map<number, AppErrorData>();
  /** One number for all configurations that leave it open, once one of them has been calibrated. */
  #threads: LoadOptions['threads'] = 'auto';

  constructor(
    engine: LentEngine,
    request: ComparisonRequest,
    folder: string,
    reader: StreamContext<ComparisonProgress>,
  ) {
    this.#engine = engine;
    this.request = request;
    this.folder = folder;
    this.#reader = reader;
  }

  get signal(): AbortSignal {
    return this.#reader.signal;
  }

  configuration(index: number): Configuration {
    const configuration = this.request.configurations[index];
    if (configuration === undefined) {
      throw new AppError('internal', 'There is no such configuration.');
    }
    return configuration;
  }

  /** Gives every configuration another chance that the engine did not die over. */
  beginPart(): void {
    this.#errors.clear();
  }

  /** Why a configuration is out; undefined while it is not. */
  error(index: number): AppErrorData | undefined {
    return this.#deaths.get(index) ?? this.#errors.get(index);
  }

  /** @throws AppError `cancelled` where that is why it failed */
  exclude(index: number, thrown: unknown): AppErrorData {
    if (this.signal.aborted) throw cancelledError('The measurement');
    const error = toErrorData(thrown);
    this.firstError ??= error;
    const out = error.code === 'engine-crashed' ? this.#deaths : this.#errors;
    out.set(index, error);
    return error;
  }

  /**
   * Loads the model for a configuration.
   *
   * @param contextLength where the configuration leaves it open. Tokens of one sequence.
   */
  async load(
    configuration: Configuration,
    contextLength: number,
    sequences = 1,
  ): Promise<LentModel> {
    const { keepsCache: _, ...options } = configuration;
    const wanted = loadOptionsSchema.parse({
      ...this.request.options,
      ...options,
      sequences,
      contextLength: options.contextLength === 'auto' ? contextLength : options.contextLength,
    });
    if (options.threads === 'auto' && this.#threads === 'auto') {
      // A calibration of its own for each of them would compare numbers of threads as well.
      this.#threads = (await this.#loadOnce(wanted)).report.threads;
    }
    const threads = options.threads === 'auto' ? this.#threads : options.threads;
    return await this.#loadOnce({ ...wanted, threads });
  }

  async #loadOnce(options: LoadOptions): Promise<LentModel> {
    const loaded = await this.#engine.load({ path: this.request.path, options }, this.signal);
    this.firstReport ??= loaded.report;
    return loaded;
  }

  tell(part: ComparisonPart, progress: PartProgress): void {
    void this.#reader.emit({ part, ...progress });
  }
}
