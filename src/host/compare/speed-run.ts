import { join } from 'node:path';
import type {
  SpeedConfiguration,
  SpeedProgress,
  SpeedRequest,
  SpeedResult,
} from '#shared/compare/speed.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import type { SpeedMeasurement, SpeedStage } from '#shared/compare/speed-measurement.ts';
import {
  type FinishedStep,
  remainingMs,
  type SpeedStep,
  speedSteps,
} from '#shared/compare/speed-steps.ts';
import {
  AppError,
  type AppErrorData,
  cancelledError,
  toErrorData,
} from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { engineFailure } from '../engine/supervisor.ts';
import type { LentEngine, LentModel } from '../model/lent-engine.ts';

/**
 * Measures every configuration at every depth, in turns. One that the engine refuses or dies over is out;
 * the others go on.
 *
 * @param folder for files of the run; the caller removes it
 * @throws AppError `cancelled`
 */
export async function measureSpeeds(
  engine: LentEngine,
  request: SpeedRequest,
  folder: string,
  reader: StreamContext<SpeedProgress>,
): Promise<SpeedResult> {
  return await new SpeedRun(engine, request, folder, reader).run();
}

interface Sample extends SpeedStep {
  readonly measurement: SpeedMeasurement;
}

interface LoadedConfiguration extends LentModel {
  readonly configuration: number;
}

class SpeedRun {
  readonly #engine: LentEngine;
  readonly #request: SpeedRequest;
  readonly #folder: string;
  readonly #reader: StreamContext<SpeedProgress>;
  readonly #steps: readonly SpeedStep[];
  /** One number for all configurations, once the first of them has been calibrated. */
  #threads: SpeedRequest['options']['threads'];
  #loaded: LoadedConfiguration | undefined;
  readonly #reports = new Map<number, LoadReport>();
  readonly #startedAt = new Map<number, number>();
  readonly #errors = new Map<number, AppErrorData>();
  readonly #samples: Sample[] = [];
  readonly #finished: FinishedStep[] = [];

  constructor(
    engine: LentEngine,
    request: SpeedRequest,
    folder: string,
    reader: StreamContext<SpeedProgress>,
  ) {
    this.#engine = engine;
    this.#request = request;
    this.#folder = folder;
    this.#reader = reader;
    this.#steps = speedSteps(request);
    this.#threads = request.options.threads;
  }

  async run(): Promise<SpeedResult> {
    for (const [index, step] of this.#steps.entries()) {
      if (this.#errors.has(step.configuration)) continue;
      try {
        await this.#measure(step, this.#steps.slice(index));
      } catch (thrown) {
        if (this.#reader.signal.aborted) throw cancelledError('The measurement');
        this.#errors.set(step.configuration, toErrorData(thrown));
        this.#loaded = undefined;
      }
    }
    return {
      configurations: this.#request.configurations.map((_pair, index) => this.#outcome(index)),
    };
  }

  async #measure(step: SpeedStep, left: readonly SpeedStep[]): Promise<void> {
    const startedAt = performance.now();
    const tell = (stage: SpeedStage) => this.#tell(step, left, stage);
    const isFresh = this.#loaded?.configuration !== step.configuration;
    if (isFresh) tell('load');
    const loaded = isFresh ? await this.#load(step.configuration) : this.#loaded;
    if (loaded === undefined) return;
    if (!this.#startedAt.has(step.configuration)) {
      this.#startedAt.set(step.configuration, Date.now());
    }
    const measurement = await this.#ask(loaded, step, isFresh, tell);
    this.#samples.push({ ...step, measurement });
    this.#finished.push({ ...step, ms: performance.now() - startedAt });
  }

  async #ask(
    { session }: LentModel,
    { configuration, depthTokens }: SpeedStep,
    warmsUp: boolean,
    tell: (stage: SpeedStage) => void,
  ): Promise<SpeedMeasurement> {
    const { promptTokens, generatedTokens, seed } = this.#request;
    const statePath = join(this.#folder, `${configuration}-${depthTokens}.state`);
    try {
      return await session.client.stream(
        'measure.speed',
        { depthTokens, promptTokens, generatedTokens, seed, statePath, warmsUp },
        { signal: this.#reader.signal, onItem: ({ stage }) => tell(stage) },
      );
    } catch (thrown) {
      throw AppError.fromData(await engineFailure(session, thrown));
    }
  }

  async #load(configuration: number): Promise<LoadedConfiguration> {
    // Whatever becomes of it, what was loaded is not any more.
    this.#loaded = undefined;
    if (this.#threads === 'auto') {
      // A calibration of its own for each of them would compare numbers of threads as well.
      this.#threads = (await this.#loadOnce(configuration)).report.threads;
    }
    const model = await this.#loadOnce(configuration);
    this.#reports.set(configuration, model.report);
    this.#loaded = { ...model, configuration };
    return this.#loaded;
  }

  async #loadOnce(configuration: number): Promise<LentModel> {
    const { path, options, configurations, depths, promptTokens, generatedTokens } = this.#request;
    const pair = configurations[configuration];
    if (pair === undefined) throw new AppError('internal', 'There is no such configuration.');
    // The library keeps the last cell free.
    const contextLength = Math.max(...depths) + Math.max(promptTokens, generatedTokens) + 1;
    return await this.#engine.load(
      { path, options: { ...options, ...pair, contextLength, threads: this.#threads } },
      this.#reader.signal,
    );
  }

  #tell(step: SpeedStep, left: readonly SpeedStep[], stage: SpeedStage): void {
    const toDo = left.filter(({ configuration }) => !this.#errors.has(configuration));
    const done = this.#finished.length;
    void this.#reader.emit({
      ...step,
      stage,
      done,
      total: done + toDo.length,
      remainingMs: remainingMs(this.#finished, toDo),
    });
  }

  #outcome(index: number): SpeedConfiguration {
    const pair = this.#request.configurations[index];
    if (pair === undefined) throw new AppError('internal', 'There is no such configuration.');
    const error = this.#errors.get(index);
    if (error !== undefined) return { ...pair, outcome: 'failed', error };
    const samples = this.#samples.filter(({ configuration }) => configuration === index);
    const report = this.#reports.get(index);
    const [first] = samples;
    if (first === undefined || report === undefined) {
      throw new AppError('internal', 'A configuration was neither measured nor refused.');
    }
    return {
      ...pair,
      outcome: 'measured',
      report,
      modelType: first.measurement.modelType,
      batchSize: first.measurement.batchSize,
      startedAt: this.#startedAt.get(index) ?? 0,
      depths: this.#request.depths.map(depthTokens =>
        speedFigures(
          depthTokens,
          samples
            .filter(sample => sample.depthTokens === depthTokens)
            .map(({ measurement }) => measurement),
        ),
      ),
    };
  }
}
