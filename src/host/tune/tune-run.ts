import { join } from 'node:path';
import { comparisonRequestSchema } from '#shared/compare/comparison.ts';
import { cacheTypesName, configurationSchema } from '#shared/compare/configuration.ts';
import { sampleText } from '#shared/compare/sample-text.ts';
import { cancelledError, toErrorData } from '#shared/errors/app-error.ts';
import { fitQuestionSchema } from '#shared/fit/fit.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import type { LoadOptions, LoadReport } from '#shared/model/load.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LoadedFacts } from '#shared/tune/candidates.ts';
import { isHopeless, trialSamples } from '#shared/tune/judgement.ts';
import { predictionTasks } from '#shared/tune/prediction-measurement.ts';
import type { PredictionPair, TuneProgress, TuneRequest, TurnPair } from '#shared/tune/tune.ts';
import type { Attempt, TuneBench } from '#shared/tune/tune-bench.ts';
import { ComparisonRun } from '../compare/comparison-run.ts';
import { measureFidelities } from '../compare/fidelity-part.ts';
import { askLent, type LentEngine } from '../model/lent-engine.ts';
import type { ModelService } from '../model/model-service.ts';
import { PredictionSamples } from './prediction-samples.ts';
import { SettingsLoader } from './settings-loader.ts';
import { TurnTimes } from './turn-times.ts';

const defaultDepthTokens = 1024;

export interface TuneRunOptions {
  readonly request: TuneRequest;
  readonly reader: StreamContext<TuneProgress>;
  readonly engine: LentEngine;
  /** For files of the run; the caller removes it. */
  readonly folder: string;
  readonly fitBytes: ModelService['fitBytes'];
}

/** Measures what a search asks for, on the engine that was lent. */
export class TuneRun implements TuneBench {
  /** Tokens in the cache before a turn. */
  depthTokens = 0;
  readonly #options: TuneRunOptions;
  readonly #startedAt = performance.now();
  readonly #loader: SettingsLoader;
  /** What one load with one measurement took last, the reading of the depth left aside. */
  #stepMs = 0;
  #hasCompared = false;

  constructor(options: TuneRunOptions) {
    const { request, engine, reader } = options;
    this.#options = options;
    this.#loader = new SettingsLoader(request.path, engine, reader.signal);
  }

  /** Of the first load that worked. */
  get firstReport(): LoadReport | null {
    return this.#loader.firstReport;
  }

  async load(options: LoadOptions): Promise<Attempt<LoadedFacts & { memoryBytes: number | null }>> {
    try {
      const { threadTrials, contextLength } = await this.#loader.calibrated(options);
      this.depthTokens = this.#depthIn(contextLength);
      const { report } = await this.#loader.load(options);
      // Not counted: it shows how long a step takes, and leaves the cells of the depth on the disk.
      await this.#turn(options);
      const { flashAttention } = report.actual;
      const { threads, memoryBytes } = this.#loader;
      return { outcome: 'measured', threads, threadTrials, flashAttention, memoryBytes };
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  async plannedBytes(options: LoadOptions): Promise<number | null> {
    const { request, fitBytes } = this.#options;
    const { typeK, typeV, backend, gpuLayers, batchSize, sequences, swaFull } = options;
    const contextLength = this.firstReport?.contextLength ?? options.contextLength;
    if (contextLength === 'auto') return null;
    const flashAttention = options.flashAttention !== 'off';
    const model = { kind: 'file', path: request.path } as const;
    try {
      const [bytes] = await fitBytes({
        question: fitQuestionSchema.parse({ model, backend, gpuLayers, batchSize, sequences }),
        setups: [{ typeK, typeV, flashAttention, contextLength, swaFull }],
      });
      return bytes?.total ?? null;
    } catch {
      // An architecture whose cache is not understood: a load will tell.
      return null;
    }
  }

  async compareTurns(
    incumbent: LoadOptions,
    candidate: LoadOptions,
    count: number,
  ): Promise<Attempt<{ turns: TurnPair; memoryBytes: number | null }>> {
    this.#hasCompared = true;
    const times = { incumbent: new TurnTimes(), candidate: new TurnTimes() };
    try {
      for (let repetition = 0; repetition < count; repetition++) {
        times.incumbent.add(await this.#turn(incumbent));
        times.candidate.add(await this.#turn(candidate));
        if (isHopeless(times.incumbent.turnMs, times.candidate.turnMs)) break;
      }
      const turns = {
        incumbent: times.incumbent.samples(),
        candidate: times.candidate.samples(),
      };
      return { outcome: 'measured', turns, memoryBytes: this.#loader.memoryBytes };
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  async comparePrediction(
    incumbent: LoadOptions,
    candidate: LoadOptions,
    count: number,
  ): Promise<Attempt<{ prediction: PredictionPair; memoryBytes: number | null }>> {
    const samples = { incumbent: new PredictionSamples(), candidate: new PredictionSamples() };
    try {
      for (let repetition = 0; repetition < count; repetition++) {
        await this.#answer(incumbent, samples.incumbent);
        await this.#answer(candidate, samples.candidate);
      }
      const prediction = {
        incumbent: samples.incumbent.figures(),
        candidate: samples.candidate.figures(),
        sameAnswers: samples.incumbent.saysTheSameAs(samples.candidate),
      };
      return { outcome: 'measured', prediction, memoryBytes: this.#loader.memoryBytes };
    } catch (thrown) {
      return this.#failed(thrown);
    }
  }

  async divergences(types: readonly CacheTypes[]): Promise<(number | null)[]> {
    const { request, engine, folder, reader } = this.#options;
    const { backend, gpuLayers } = request.start;
    // It loads other contexts.
    this.#loader.forget();
    const comparison = comparisonRequestSchema.parse({
      path: request.path,
      options: { backend, gpuLayers },
      configurations: types.map(pair =>
        configurationSchema.parse({ ...pair, threads: this.#loader.threads }),
      ),
      fidelity: { tokens: request.fidelityTokens },
    });
    const { signal } = reader;
    const run = new ComparisonRun(engine, comparison, folder, { signal, emit: async () => {} });
    const text = { kind: 'built-in', name: '', content: sampleText } as const;
    try {
      const { configurations } = await measureFidelities(run, text, request.fidelityTokens);
      return configurations.map(figures =>
        figures?.outcome === 'measured' ? figures.klDivergence.mean : null,
      );
    } catch (thrown) {
      this.#failed(thrown);
      return types.map(() => null);
    }
  }

  hasTime(): boolean {
    // One is always tried, however slow the start is: it may be what makes it slow.
    const trialMs = this.#hasCompared ? this.#stepMs * trialSamples * 2 : 0;
    return this.#elapsedMs() + trialMs <= this.#options.request.timeMs;
  }

  tell(progress: Pick<TuneProgress, 'stage' | 'trial' | 'done'>): void {
    void this.#options.reader.emit({ ...progress, elapsedMs: this.#elapsedMs() });
  }

  #depthIn(contextLength: number): number {
    const { depthTokens, promptTokens, generatedTokens } = this.#options.request.turn;
    if (depthTokens !== null) return depthTokens;
    // The library keeps the last cell free.
    const room = contextLength - 1 - Math.max(promptTokens, generatedTokens);
    return Math.max(0, Math.min(defaultDepthTokens, Math.floor(contextLength / 2), room));
  }

  async #turn(options: LoadOptions) {
    const { request, folder, reader } = this.#options;
    const { promptTokens, generatedTokens } = request.turn;
    const startedAt = performance.now();
    const loaded = await this.#loader.load(options);
    const loadMs = performance.now() - startedAt;
    let measuredAt = startedAt;
    const state = `${cacheTypesName(options).replace(':', '-')}-${options.flashAttention}.state`;
    const measured = await askLent(loaded, client =>
      client.stream(
        'measure.speed',
        {
          depthTokens: this.depthTokens,
          promptTokens,
          generatedTokens,
          seed: 0,
          statePath: join(folder, state),
          warmsUp: loaded.isFresh,
        },
        {
          signal: reader.signal,
          onItem({ stage }) {
            if (stage === 'prefill') measuredAt = performance.now();
          },
        },
      ),
    );
    this.#stepMs = loadMs + performance.now() - measuredAt;
    return measured;
  }

  async #answer(options: LoadOptions, samples: PredictionSamples): Promise<void> {
    const loaded = await this.#loader.load(options);
    const { generatedTokens } = this.#options.request.turn;
    const { signal } = this.#options.reader;
    for (const task of predictionTasks) {
      const answer = await askLent(loaded, client =>
        client.stream(
          'measure.prediction',
          { task, generatedTokens },
          { signal, onItem: () => {} },
        ),
      );
      samples.add(task, answer);
    }
  }

  /** @throws AppError `cancelled` where that is why it failed */
  #failed(thrown: unknown): Attempt<never> {
    if (this.#options.reader.signal.aborted) throw cancelledError('The search');
    this.#loader.forget();
    return { outcome: 'failed', error: toErrorData(thrown) };
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }
}
