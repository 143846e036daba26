import type { CacheTextsRequest } from '#shared/cache-map/cache-map.ts';
import type { EngineContract, ForecastRequest } from '#shared/contract/engine-contract.ts';
import {
  AppError,
  type AppErrorData,
  cancelledError,
  toErrorData,
} from '#shared/errors/app-error.ts';
import type { FitBasis, FitBytes, FitBytesRequest, FitQuestion, FitRow } from '#shared/fit/fit.ts';
import { type ModelEvent, nextModelState, noModel } from '#shared/lifecycle/model-machine.ts';
import type { ModelState } from '#shared/lifecycle/model-state.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';
import type { LoadPlan, LoadReport } from '#shared/model/load.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { type LoadRecord, loadRecordSchema } from '#shared/model/load-record.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import type { Client } from '#shared/rpc/client.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import { type EngineSession, type EngineSupervisor, engineFailure } from '../engine/supervisor.ts';
import type { SettingsService } from '../settings/settings-service.ts';
import { waitForValue } from '../signal-wait.ts';
import type { LoadRecordStore } from '../store/load-record-store.ts';
import { createLentEngine, emptyEngine, type LentEngine } from './lent-engine.ts';
import {
  answering,
  loadKilledEngine,
  measuring,
  noModelError,
  notReadyInTime,
} from './model-errors.ts';
import type { ModelRequest } from './model-request.ts';
import { rememberOptions } from './remembered-options.ts';

/** A loaded model together with the engine that holds it. */
export interface LoadedModel {
  readonly session: EngineSession;
  readonly report: LoadReport;
  /** Whether it is the one that ships with the app. */
  readonly isBuiltIn: boolean;
}

export interface ModelService {
  readonly state: Signal<ModelState>;
  describe(path: string): Promise<ModelDescription>;
  plan(request: ModelRequest): Promise<LoadPlan>;
  /** Row after row to the reader; resolves with what all rows have in common. */
  fit(question: FitQuestion, reader: StreamContext<FitRow>): Promise<FitBasis>;
  /** What other caches would take, in the order of the setups. */
  fitBytes(request: FitBytesRequest): Promise<FitBytes[]>;
  /** @throws AppError `no-model`, `engine-unavailable`, `template-failed` */
  forecast(request: ForecastRequest): Promise<TurnForecast>;
  /** Texts of tokens in the cells, one for each; null where they hold something else meanwhile. */
  cellTexts(request: CacheTextsRequest): Promise<string[] | null>;
  /** Estimated and actual memory of the last loads of a file, newest first. */
  loads(path: string): LoadRecord[];
  /** Progress is in {@link state}; resolves when loaded. Whatever goes wrong is also in the state. */
  load(request: ModelRequest): Promise<LoadReport>;
  /** Loads with the options that last worked for this file. */
  loadRemembered(path: string): Promise<LoadReport>;
  cancelLoad(): void;
  /**
   * Gives the engine to a measurement: messages wait until it has ended, however it did; then what was
   * loaded before is loaded again, in the background.
   *
   * @throws AppError `busy`; what `measure` throws
   */
  lend<T>(measure: (engine: LentEngine) => Promise<T>): Promise<T>;
  /** The model that can be asked now; null while there is none. */
  now(): LoadedModel | null;
  unload(): Promise<void>;
  /**
   * The loaded model; waits up to `deadlineMs`, and until `signal` is aborted, for one that is being
   * loaded (again).
   *
   * @throws AppError `no-model`, or `engine-unavailable` when it took too long or the engine is off;
   * the signal's reason
   */
  loaded(deadlineMs: number, signal: AbortSignal): Promise<LoadedModel>;
}

export interface ModelServiceOptions {
  readonly engine: EngineSupervisor;
  readonly settings: SettingsService;
  readonly loads: LoadRecordStore;
  readonly builtInModelPath: string | null;
  /** While an answer is being written the model may not be taken away. */
  readonly isAnswering: () => boolean;
  /** Called before the cells of a loaded model go. Never rejects. */
  readonly keepCells: () => Promise<void>;
}

export function createModelService(options: ModelServiceOptions): ModelService {
  const { engine, settings } = options;
  const state = createSignal<ModelState>(noModel);
  /** The engine life that `state` speaks of. */
  let holder: EngineSession | undefined;
  /** The load or unload under way; an older one that ends late changes nothing. */
  let operation: AbortController | undefined;

  const dispatch = (event: ModelEvent) => state.set(nextModelState(state.get(), event));

  engine.onDeath(death => {
    const before = state.get();
    if (before.phase !== 'loaded' || holder?.generation !== death.generation) return;
    const again = { path: before.report.planned.model.path, options: before.report.options };
    dispatch({ type: 'lost', error: death.error, reload: death.restarting ? again : null });
    // Its outcome is in the state; nobody else waits for it.
    if (death.restarting) runLoad(again).catch(() => {});
  });

  /** Takes the one place for loads and unloads. */
  function occupy(): AbortController {
    const abort = new AbortController();
    operation = abort;
    return abort;
  }

  function settle(
    mine: AbortController,
    report: LoadReport | null,
    error: AppErrorData | null,
  ): void {
    if (operation !== mine) return;
    operation = undefined;
    dispatch({ type: 'settled', report, error });
  }

  async function runLoad(request: ModelRequest): Promise<LoadReport> {
    const abort = occupy();
    dispatch({ type: 'load', ...request });
    let session: EngineSession | undefined;
    try {
      engine.start();
      session = await engine.session(abort.signal);
      const report = await session.client.stream('model.load', request, {
        signal: abort.signal,
        onItem: progress => {
          if (operation === abort) dispatch({ type: 'progress', progress });
        },
      });
      holder = session;
      // Before anybody hears of the load, so that whoever asks then gets it.
      record(report);
      settle(abort, report, null);
      await remember(request);
      return report;
    } catch (thrown) {
      const { report, error } = await afterFailure(session, thrown, request.path);
      holder = session;
      // A cancel was the user's wish: nothing to explain.
      settle(abort, report, error.code === 'cancelled' ? null : error);
      throw AppError.fromData(error);
    }
  }

  /** A disk that is full does not undo a load that worked. */
  function record({ planned, actual, ...report }: LoadReport): void {
    try {
      options.loads.add(
        planned.model.path,
        loadRecordSchema.parse({ ...report, planned, actual, loadedAt: Date.now() }),
      );
    } catch {}
  }

  /** Settings that cannot be written do not undo a load that worked. */
  async function remember(request: ModelRequest): Promise<void> {
    const lastModelPath = request.path === options.builtInModelPath ? null : request.path;
    await settings
      .update(now => ({
        ...now,
        lastModelPath,
        loadOptionsByModel: rememberOptions(now.loadOptionsByModel, request),
      }))
      .catch(() => {});
  }

  function refuseWhileOccupied(): void {
    const { phase } = state.get();
    if (phase === 'lent') throw measuring();
    if (phase === 'loading' || phase === 'unloading') {
      throw new AppError(
        'busy',
        `A model is being ${phase === 'loading' ? 'loaded' : 'unloaded'}.`,
        {
          suggestion:
            phase === 'loading' ? 'Cancel that load, or wait for its end.' : 'Wait a moment.',
        },
      );
    }
    if (options.isAnswering()) {
      throw answering();
    }
  }

  /** @throws AppError `busy` when something else has the engine by then */
  async function keepCells(): Promise<void> {
    await options.keepCells();
    refuseWhileOccupied();
  }

  async function load(request: ModelRequest): Promise<LoadReport> {
    refuseWhileOccupied();
    // Without cells at once: who sends a message right after the launch finds a load to wait for.
    if (state.get().phase === 'loaded') await keepCells();
    return await runLoad(request);
  }

  function now(): LoadedModel | null {
    const value = state.get();
    if (value.phase !== 'loaded' || !holder?.isAlive()) return null;
    const { report } = value;
    const isBuiltIn = report.planned.model.path === options.builtInModelPath;
    return { session: holder, report, isBuiltIn };
  }

  async function lend<T>(measure: (engine: LentEngine) => Promise<T>): Promise<T> {
    refuseWhileOccupied();
    if (state.get().phase === 'loaded') await keepCells();
    const before = state.get();
    const mine = occupy();
    dispatch({ type: 'lend' });
    const lent = createLentEngine(engine);
    try {
      return await measure(lent);
    } finally {
      await lent.settled();
      if (before.phase === 'loaded') {
        const { planned, options: loadOptions } = before.report;
        runLoad({ path: planned.model.path, options: loadOptions }).catch(() => {});
      } else {
        await emptyEngine(engine);
        settle(mine, null, null);
      }
    }
  }

  return {
    state,
    load,
    now,
    lend,

    describe: path => ask(engine, client => client.call('model.describe', { path })),
    plan: request => ask(engine, client => client.call('model.plan', request)),
    fit: (question, { signal, emit }) =>
      ask(engine, client => client.stream('model.fit', question, { signal, onItem: emit })),
    fitBytes: request => ask(engine, client => client.call('model.fitBytes', request)),

    forecast: request => ask(engine, client => client.call('turn.forecast', request)),
    cellTexts: request => ask(engine, client => client.call('cache.texts', request)),
    loads: path => options.loads.list(path),

    loadRemembered(path) {
      const remembered = settings.current.get().loadOptionsByModel[path];
      return load({ path, options: remembered ?? loadOptionsSchema.parse({}) });
    },

    cancelLoad() {
      if (state.get().phase === 'loading') operation?.abort(cancelledError('The load'));
    },

    async unload() {
      refuseWhileOccupied();
      if (state.get().phase === 'loaded') await keepCells();
      if (state.get().phase !== 'loaded' || holder === undefined) return;
      const abort = occupy();
      dispatch({ type: 'unload' });
      try {
        await holder.client.call('model.unload', {});
        settle(abort, null, null);
      } catch (thrown) {
        const { report, error } = await afterFailure(holder, thrown, null);
        settle(abort, report, error);
        throw AppError.fromData(error);
      }
    },

    loaded: (deadlineMs, signal) =>
      waitForValue(
        state,
        value => {
          if (value.phase === 'loaded') return now() ?? undefined;
          if (value.phase === 'none') throw noModelError(value.error);
          return undefined;
        },
        { signal, deadline: { ms: deadlineMs, error: notReadyInTime } },
      ),
  };
}

/** A question to the engine; one that it dies over is answered with the death, not a lost line. */
async function ask<T>(
  engine: EngineSupervisor,
  question: (client: Client<EngineContract>) => Promise<T>,
): Promise<T> {
  const session = await engine.session();
  try {
    return await question(session.client);
  } catch (thrown) {
    throw AppError.fromData(await engineFailure(session, thrown));
  }
}

/** What a failed or cancelled load left in the engine, and the error to show. */
async function afterFailure(
  session: EngineSession | undefined,
  thrown: unknown,
  path: string | null,
): Promise<{ report: LoadReport | null; error: AppErrorData }> {
  if (session === undefined) return { report: null, error: toErrorData(thrown) };
  if (session.isAlive()) {
    try {
      const report = await session.client.call('model.current', {});
      return { report, error: toErrorData(thrown) };
    } catch {
      // It died meanwhile: said below.
    }
  }
  const death = await session.died;
  return { report: null, error: path === null ? death : loadKilledEngine(death, path) };
}
