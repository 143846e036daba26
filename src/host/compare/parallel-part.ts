import {
  type Finished,
  type ParallelStep,
  parallelSteps,
  remainingMs,
} from '#shared/compare/measurement-steps.ts';
import type {
  ConfigurationParallel,
  ParallelFigures,
  ParallelResult,
  ParallelTest,
} from '#shared/compare/parallel.ts';
import type { ParallelMeasurement, ParallelStage } from '#shared/compare/parallel-measurement.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';
import { AppError, type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { askLent } from '../model/lent-engine.ts';
import type { ComparisonRun } from './comparison-run.ts';

/**
 * Measures every configuration that has a cache with every number of sequences, in turns. A number that
 * there is no memory for is out; so is a configuration that the engine refuses or dies over.
 *
 * @throws AppError `cancelled`
 */
export async function measureParallels(
  run: ComparisonRun,
  test: ParallelTest,
): Promise<ParallelResult> {
  return await new ParallelPart(run, test).result();
}

interface Sample extends ParallelStep {
  readonly measurement: ParallelMeasurement;
  readonly report: LoadReport;
}

interface Refusal {
  readonly configuration: number;
  readonly sequences: number;
  readonly error: AppErrorData;
}

/** What fewer sequences may not be refused for. */
const ofTheCount = new Set<AppErrorData['code']>(['context-does-not-fit', 'context-failed']);

class ParallelPart {
  readonly #run: ComparisonRun;
  readonly #test: ParallelTest;
  readonly #steps: readonly ParallelStep[];
  readonly #samples: Sample[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #finished: Finished<ParallelStep>[] = [];

  constructor(run: ComparisonRun, test: ParallelTest) {
    this.#run = run;
    this.#test = test;
    this.#steps = parallelSteps(run.request.configurations.length, test);
  }

  async result(): Promise<ParallelResult> {
    for (const [index, step] of this.#steps.entries()) {
      if (!this.#isToDo(step)) continue;
      try {
        await this.#measure(step, this.#steps.slice(index));
      } catch (thrown) {
        this.#fail(step, thrown);
      }
    }
    return {
      test: this.#test,
      configurations: this.#run.request.configurations.map((_each, index) => this.#outcome(index)),
    };
  }

  #isToDo({ configuration, sequences }: ParallelStep): boolean {
    return (
      this.#run.configuration(configuration).keepsCache &&
      this.#run.error(configuration) === undefined &&
      this.#refusal(configuration, sequences) === undefined
    );
  }

  #refusal(configuration: number, sequences: number): Refusal | undefined {
    return this.#refusals.find(
      each => each.configuration === configuration && each.sequences === sequences,
    );
  }

  /** @throws AppError `cancelled` where that is why it failed */
  #fail({ configuration, sequences }: ParallelStep, thrown: unknown): void {
    const error = toErrorData(thrown);
    const isOfTheCount = ofTheCount.has(error.code) && !this.#run.signal.aborted;
    if (isOfTheCount) this.#refusals.push({ configuration, sequences, error });
    else this.#run.exclude(configuration, thrown);
  }

  async #measure(step: ParallelStep, left: readonly ParallelStep[]): Promise<void> {
    const startedAt = performance.now();
    const tell = (stage: 'load' | ParallelStage) => this.#tell(step, left, stage);
    const { promptTokens, generatedTokens, seed } = this.#test;
    tell('load');
    // The library keeps the last cell free.
    const contextLength = promptTokens + generatedTokens + 1;
    const configuration = this.#run.configuration(step.configuration);
    const loaded = await this.#run.load(configuration, contextLength, step.sequences);
    const measurement = await askLent(loaded, client =>
      client.stream(
        'measure.parallel',
        { promptTokens, generatedTokens, seed },
        { signal: this.#run.signal, onItem: ({ stage }) => tell(stage) },
      ),
    );
    this.#samples.push({ ...step, measurement, report: loaded.report });
    this.#finished.push({ ...step, ms: performance.now() - startedAt });
  }

  #tell(step: ParallelStep, left: readonly ParallelStep[], stage: 'load' | ParallelStage): void {
    const toDo = left.filter(each => this.#isToDo(each));
    const done = this.#finished.length;
    this.#run.tell('parallel', {
      ...step,
      depthTokens: null,
      stage,
      done,
      total: done + toDo.length,
      remainingMs: remainingMs(this.#finished, toDo),
    });
  }

  #outcome(index: number): ConfigurationParallel | null {
    if (!this.#run.configuration(index).keepsCache) return null;
    const error = this.#run.error(index);
    if (error !== undefined) return { outcome: 'failed', error };
    const counts = this.#test.sequences.map(count => this.#figures(index, count));
    const [first] = counts;
    const isMeasured = counts.some(({ outcome }) => outcome === 'measured');
    if (!isMeasured && first?.outcome === 'failed') {
      return { outcome: 'failed', error: first.error };
    }
    return { outcome: 'measured', counts };
  }

  #figures(index: number, sequences: number): ParallelFigures {
    const refusal = this.#refusal(index, sequences);
    if (refusal !== undefined) return { outcome: 'failed', sequences, error: refusal.error };
    const samples = this.#samples.filter(
      each => each.configuration === index && each.sequences === sequences,
    );
    const [first] = samples;
    if (first === undefined) {
      throw new AppError('internal', 'A number of sequences was neither measured nor refused.');
    }
    return {
      outcome: 'measured',
      sequences,
      tokensPerSecond: sampleStatistics(
        samples.map(({ measurement: { tokens, ms } }) => (tokens * 1000) / ms),
      ),
      kvBytes: first.report.actual.kvBytes,
      contextLength: first.report.contextLength,
    };
  }
}
