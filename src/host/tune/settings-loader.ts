import type { LoadOptions, LoadReport } from '#shared/model/load.ts';
import type { LentEngine, LentModel } from '../model/lent-engine.ts';

/** A model that is loaded with settings of a search. */
export interface SettledModel extends LentModel {
  /** Whether nothing was computed since the load. */
  readonly isFresh: boolean;
}

/** Loads one model with one settings after the other; what is loaded already stays. */
export class SettingsLoader {
  /** Of the first load that worked, which is the one that is calibrated. */
  firstReport: LoadReport | null = null;
  /** What `auto` comes to, in all loads. */
  threads = 1;
  readonly #path: string;
  readonly #engine: LentEngine;
  readonly #signal: AbortSignal;
  #loaded: (LentModel & { readonly key: string }) | null = null;

  constructor(path: string, engine: LentEngine, signal: AbortSignal) {
    this.#path = path;
    this.#engine = engine;
    this.#signal = signal;
  }

  /** Calibration tries the counts of threads for all that follows; one that was asked for stays. */
  async calibrated(options: LoadOptions): Promise<LoadReport> {
    if (this.firstReport !== null) return this.firstReport;
    const { report } = await this.#load({ ...options, threads: 'auto' });
    this.threads = options.threads === 'auto' ? report.threads : options.threads;
    this.firstReport = report;
    return report;
  }

  async load(options: LoadOptions): Promise<SettledModel> {
    const threads = options.threads === 'auto' ? this.threads : options.threads;
    const resolved = { ...options, threads };
    const key = JSON.stringify(resolved);
    if (this.#loaded?.key === key) return { ...this.#loaded, isFresh: false };
    // Whatever becomes of it, what was loaded is not any more.
    this.forget();
    this.#loaded = { ...(await this.#load(resolved)), key };
    return { ...this.#loaded, isFresh: true };
  }

  /** Something else was loaded meanwhile, or the engine has ended. */
  forget(): void {
    this.#loaded = null;
  }

  /** Weights, cache and compute buffers of what is loaded; null where they are not known. Bytes. */
  get memoryBytes(): number | null {
    return this.#loaded === null ? null : reservedBytes(this.#loaded.report);
  }

  async #load(options: LoadOptions): Promise<LentModel> {
    return await this.#engine.load({ path: this.#path, options }, this.#signal);
  }
}

/** As llama.cpp reported them, else as planned. */
function reservedBytes({ actual, planned }: LoadReport): number | null {
  const parts = [
    actual.weightsBytes ?? planned.weightsBytes,
    actual.kvBytes ?? planned.kvBytes,
    actual.recurrentBytes ?? planned.recurrentBytes,
    actual.computeBytes ?? planned.computeBytes,
  ];
  return parts.reduce<number | null>(
    (sum, part) => (sum === null || part === null ? null : sum + part),
    0,
  );
}
