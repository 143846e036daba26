import { join } from 'node:path';
import {
  type Finished,
  remainingMs,
  type SpeedStep,
  speedSteps,
} from '#shared/compare/measurement-steps.ts';
import { fixedTokenBytes } from '#shared/compare/roofline.ts';
import type { ConfigurationSpeed, SpeedResult, SpeedSeries } from '#shared/compare/speed.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import type { SpeedMeasurement, SpeedStage } from '#shared/compare/speed-measurement.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { askLent, type LentModel } from '../model/lent-engine.ts';
import type { ComparisonRun } from './comparison-run.ts';

/**
 * Measures every configuration at every depth, in turns. One that the engine refuses or dies over is out;
 * the others go on.
 *
 * @throws AppError `cancelled`
 */
export async function measureSpeeds(run: ComparisonRun, series: SpeedSeries): Promise<SpeedResult> {
  return await new SpeedPart(run, series).result();
}

interface Sample extends SpeedStep {
  readonly measurement: SpeedMeasurement;
}

interface LoadedConfiguration extends LentModel {
  readonly configuration: number;
}

class SpeedPart {
  readonly #run: ComparisonRun;
  readonly #series: SpeedSeries;
  readonly #steps: readonly SpeedStep[];
  #loaded: LoadedConfiguration | undefined;
  #isBandwidthKnown = false;
  readonly #reports = new Map<number, LoadReport>();
  readonly #startedAt = new Map<number, number>();
  readonly #samples: Sample[] = [];
  readonly #finished: Finished<SpeedStep>[] = [];

  constructor(run: ComparisonRun, series: SpeedSeries) {
    this.#run = run;
    this.#series = series;
    this.#steps = speedSteps(run.request.configurations.length, series);
  }

  async result(): Promise<SpeedResult> {
    for (const [index, step] of this.#steps.entries()) {
      if (this.#run.error(step.configuration) !== undefined) continue;
      try {
        await this.#measure(step, this.#steps.slice(index));
      } catch (thrown) {
        this.#run.exclude(step.configuration, thrown);
        this.#loaded = undefined;
      }
    }
    return {
      series: this.#series,
      configurations: this.#run.request.configurations.map((_each, index) => this.#outcome(index)),
    };
  }

  async #measure(step: SpeedStep, left: readonly SpeedStep[]): Promise<void> {
    const startedAt = performance.now();
    const tell = (stage: 'load' | SpeedStage) => this.#tell(step, left, stage);
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
    loaded: LentModel,
    { configuration, depthTokens }: SpeedStep,
    warmsUp: boolean,
    tell: (stage: SpeedStage) => void,
  ): Promise<SpeedMeasurement> {
    const { promptTokens, generatedTokens, seed } = this.#series;
    const { keepsCache } = this.#run.configuration(configuration);
    const statePath = join(this.#run.folder, `${configuration}-${depthTokens}.state`);
    return await askLent(loaded, client =>
      client.stream(
        'measure.speed',
        { depthTokens, promptTokens, generatedTokens, keepsCache, seed, statePath, warmsUp },
        { signal: this.#run.signal, onItem: ({ stage }) => tell(stage) },
      ),
    );
  }

  async #load(configuration: number): Promise<LoadedConfiguration> {
    // Whatever becomes of it, what was loaded is not any more.
    this.#loaded = undefined;
    const { depths, promptTokens, generatedTokens } = this.#series;
    // The library keeps the last cell free.
    const contextLength = Math.max(...depths) + Math.max(promptTokens, generatedTokens) + 1;
    const model = await this.#run.load(this.#run.configuration(configuration), contextLength);
    this.#reports.set(configuration, model.report);
    if (!this.#isBandwidthKnown) await this.#measureBandwidth(model);
    this.#loaded = { ...model, configuration };
    return this.#loaded;
  }

  /** Once, before anything is timed, with the threads that will compute. */
  async #measureBandwidth({ report, session }: LentModel): Promise<void> {
    this.#isBandwidthKnown = true;
    // Nothing but the library reaches the memory of a GPU, and it does not measure it.
    if (report.gpuLayers > 0) return;
    const { threads } = report;
    // No reason to measure nothing else; that the engine has died shows when it is asked again.
    const bandwidth = session.client.call('measure.bandwidth', { threads }).catch(() => null);
    this.#run.memoryBandwidth = await bandwidth;
  }

  #tell(step: SpeedStep, left: readonly SpeedStep[], stage: 'load' | SpeedStage): void {
    const toDo = left.filter(({ configuration }) => this.#run.error(configuration) === undefined);
    const done = this.#finished.length;
    this.#run.tell('speed', {
      ...step,
      sequences: null,
      stage,
      done,
      total: done + toDo.length,
      remainingMs: remainingMs(this.#finished, toDo),
    });
  }

  #outcome(index: number): ConfigurationSpeed {
    const error = this.#run.error(index);
    if (error !== undefined) return { outcome: 'failed', error };
    const samples = this.#samples.filter(({ configuration }) => configuration === index);
    const report = this.#reports.get(index);
    const [first] = samples;
    if (first === undefined || report === undefined) {
      throw new AppError('internal', 'A configuration was neither measured nor refused.');
    }
    return {
      outcome: 'measured',
      report,
      modelType: first.measurement.modelType,
      batchSize: first.measurement.batchSize,
      startedAt: this.#startedAt.get(index) ?? 0,
      depths: this.#series.depths.map(depthTokens =>
        speedFigures(
          depthTokens,
          samples
            .filter(sample => sample.depthTokens === depthTokens)
            .map(({ measurement }) => measurement),
          fixedTokenBytes(report),
        ),
      ),
    };
  }
}
