import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import { type EngineContract, engineContract } from '#shared/contract/engine-contract.ts';
import { AppError, type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import {
  type EngineEvent,
  engineNeverStarted,
  nextEngineState,
} from '#shared/lifecycle/engine-machine.ts';
import type { EngineState } from '#shared/lifecycle/engine-state.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import { waitForValue } from '../signal-wait.ts';
import { CrashBreaker } from './crash-breaker.ts';
import type { EngineExit, EngineLauncher, EngineProcess } from './engine-process.ts';
import { engineDeathError, engineReplacedError, engineStartError } from './exit-report.ts';

/** One life of the engine process. Its client rejects everything once the process is gone. */
export interface EngineSession {
  readonly generation: number;
  readonly client: Client<EngineContract>;
  /** False from the moment its channel closed, which is before {@link died} resolves. */
  isAlive(): boolean;
  /** Resolves when the process has ended, or is ended for another one: why, in plain words. */
  readonly died: Promise<AppErrorData>;
}

export interface EngineDeath {
  readonly generation: number;
  readonly error: AppErrorData;
  readonly restarting: boolean;
}

export interface EngineSupervisor extends AsyncDisposable {
  readonly state: Signal<EngineState>;
  /** The engine's own samples; null while there is none. */
  readonly telemetry: Signal<TelemetrySample | null>;
  /** What the cells of the running engine hold. */
  readonly cacheMap: Signal<CacheMap | null>;
  /** Starts the engine unless it runs; forgets past crashes, since somebody asks for it. */
  start(): void;
  /**
   * Ends the running engine, whatever it does, and starts another one; starts one where none runs. No
   * crash: somebody asked for it. One that starts already is left to it.
   */
  restart(): void;
  /**
   * The running engine; waits while it starts or restarts, until `signal` is aborted.
   *
   * @throws AppError `engine-unavailable` when it is off, and stays off
   */
  session(signal?: AbortSignal): Promise<EngineSession>;
  /** The engine that can be asked at this moment; null while there is none. */
  running(): EngineSession | null;
  /** Calls `listener` whenever an engine is lost, by its own death or a restart, before the next one starts. */
  onDeath(listener: (death: EngineDeath) => void): void;
}

export interface SupervisorTimes {
  /** For `engine.hello`: the process's start, native code and all. */
  readonly readyMs: number;
  /** Between closing the channel and killing. */
  readonly stopMs: number;
}

const defaultTimes: SupervisorTimes = { readyMs: 30_000, stopMs: 3_000 };

interface EngineLife {
  readonly session: EngineSession;
  readonly process: EngineProcess;
  /** Ends it; another one follows when it is gone, since two of them might not fit into memory. */
  replace(): void;
}

export function createEngineSupervisor(
  launch: EngineLauncher,
  times: SupervisorTimes = defaultTimes,
): EngineSupervisor {
  const state = createSignal<EngineState>(engineNeverStarted);
  const telemetry = createSignal<TelemetrySample | null>(null);
  const cacheMap = createSignal<CacheMap | null>(null);
  const breaker = new CrashBreaker();
  const deathListeners: ((death: EngineDeath) => void)[] = [];
  let current: EngineLife | undefined;
  let disposed = false;

  const dispatch = (event: EngineEvent) => state.set(nextEngineState(state.get(), event));
  const tellDeath = (death: EngineDeath) => {
    for (const listener of deathListeners) listener(death);
  };

  function begin(): void {
    dispatch({ type: 'start' });
    const { generation } = state.get();
    let engineProcess: EngineProcess;
    try {
      engineProcess = launch();
    } catch (thrown) {
      // As if it had died at birth, but not within this call: a restart must not recurse.
      const exit = { code: null, signal: null, stderrTail: String(thrown) };
      engineProcess = { port: deadPort, exited: Promise.resolve(exit), kill: () => {} };
    }
    void live(generation, engineProcess);
  }

  async function live(generation: number, engineProcess: EngineProcess): Promise<void> {
    const client = createClient(engineContract, engineProcess.port);
    const death = Promise.withResolvers<AppErrorData>();
    let alive = true;
    let replaced = false;
    let killTimer: ReturnType<typeof setTimeout> | undefined;
    client.onClose(() => {
      alive = false;
      // Without its channel it is of no use to anybody; it may be about to exit by itself.
      killTimer = setTimeout(() => engineProcess.kill(), times.stopMs);
    });
    current = {
      process: engineProcess,
      session: { generation, client, isAlive: () => alive, died: death.promise },
      replace() {
        replaced = true;
        const error = engineReplacedError();
        // Whoever waits for it hears of this now: one that is stuck takes its time to go.
        death.resolve(error);
        client.close();
        forgetSignals();
        dispatch({ type: 'replace', generation });
        tellDeath({ generation, error, restarting: true });
      },
    };

    let startFailure: AppErrorData | undefined;
    const failStart = (reason: AppErrorData) => {
      startFailure ??= reason;
      engineProcess.kill();
    };
    const readyTimer = setTimeout(() => failStart(notReady(times.readyMs)), times.readyMs);
    client.call('engine.hello', {}).then(
      hello => {
        clearTimeout(readyTimer);
        if (startFailure !== undefined) return;
        client.watch('telemetry', sample => telemetry.set(sample));
        client.watch('cacheMap', map => cacheMap.set(map));
        dispatch({ type: 'ready', generation, ...hello });
      },
      thrown => {
        clearTimeout(readyTimer);
        // The exit, which is on its way, says more than the lost connection does.
        if (alive) failStart(toErrorData(thrown));
      },
    );

    const exit = await engineProcess.exited;
    clearTimeout(readyTimer);
    client.close();
    clearTimeout(killTimer);
    current = undefined;
    forgetSignals();
    if (disposed) {
      death.resolve(closing());
      return;
    }
    if (replaced) {
      begin();
      return;
    }
    const restarting = breaker.record(performance.now());
    const error = deathError(exit, startFailure, restarting);
    death.resolve(error);
    dispatch({ type: 'died', generation, error, restarting });
    tellDeath({ generation, error, restarting });
    if (restarting) begin();
  }

  function forgetSignals(): void {
    telemetry.set(null);
    cacheMap.set(null);
  }

  function start(): void {
    const now = state.get();
    const off = now.phase === 'stopped' || (now.phase === 'crashed' && !now.restarting);
    if (disposed || !off) return;
    breaker.reset();
    begin();
  }

  async function stop(): Promise<void> {
    disposed = true;
    const running = current;
    if (running !== undefined) {
      // The engine ends when its channel closes; the timer set at the close kills one that does not.
      running.session.client.close();
      await running.process.exited;
    }
    dispatch({ type: 'stop' });
  }

  function running(): EngineSession | null {
    const session = current?.session;
    return state.get().phase === 'ready' && session?.isAlive() ? session : null;
  }

  return {
    state,
    telemetry,
    cacheMap,
    running,
    start,
    restart() {
      start();
      if (disposed || state.get().phase !== 'ready' || !current?.session.isAlive()) return;
      breaker.reset();
      current.replace();
    },
    session: signal =>
      waitForValue(
        state,
        value => {
          const session = running();
          if (session !== null) return session;
          if (value.phase === 'stopped' || (value.phase === 'crashed' && !value.restarting)) {
            throw engineOff(value);
          }
          return undefined;
        },
        { signal },
      ),
    onDeath(listener) {
      deathListeners.push(listener);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Why a request to this engine failed; a lost connection is a death, which says more. */
export async function engineFailure(
  session: EngineSession,
  thrown: unknown,
): Promise<AppErrorData> {
  const error = toErrorData(thrown);
  return error.code === 'connection-lost' ? await session.died : error;
}

const deadPort = {
  send: () => {},
  onMessage: () => {},
  onClose: (listener: () => void) => listener(),
  close: () => {},
};

function deathError(
  exit: EngineExit,
  startFailure: AppErrorData | undefined,
  restarting: boolean,
): AppErrorData {
  return startFailure === undefined
    ? engineDeathError(exit, restarting)
    : engineStartError(startFailure, exit, restarting);
}

function notReady(deadlineMs: number): AppErrorData {
  return new AppError('engine-unavailable', `It was not ready within ${deadlineMs / 1000} seconds.`)
    .data;
}

function closing(): AppErrorData {
  return new AppError('engine-unavailable', 'Headroom is closing.').data;
}

function engineOff(state: EngineState): AppError {
  const why = state.phase === 'crashed' ? ` ${state.error.message}` : '';
  return new AppError('engine-unavailable', `The engine is not running.${why}`, {
    suggestion: 'Load a model to start it again.',
    ...(state.phase === 'crashed' && state.error.details !== null
      ? { details: state.error.details }
      : {}),
  });
}
