import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import type { TuneProgress, TuneResult } from '#shared/tune/tune.ts';
import type { Connection } from '../connection/connection.ts';

/** What the search may cost. */
export interface TuneChoice {
  /** Null: whatever can be loaded. */
  readonly budgetBytes: number | null;
  /** Mean divergence from f16 that is allowed; 0: f16 only. Nats per token. */
  readonly floorNats: number;
  readonly timeMs: number;
}

export interface TuneState {
  readonly choice: TuneChoice;
  readonly running: {
    /** What the search began with. */
    readonly start: LoadOptions;
    /** As it was chosen then. */
    readonly timeMs: number;
    /** Null before anything has begun. */
    readonly progress: TuneProgress | null;
    readonly cancelling: boolean;
  } | null;
  readonly error: AppErrorData | null;
  readonly result: TuneResult | null;
}

/** The search for faster settings; goes on while other pages are shown. */
export interface Tune {
  readonly store: StoreApi<TuneState>;
  change(changes: Partial<TuneChoice>): void;
  start(path: string, options: LoadOptions): void;
  cancel(): void;
}

export function createTune(connection: Connection): Tune {
  const store = createStore<TuneState>(() => ({
    choice: { budgetBytes: null, floorNats: 0.01, timeMs: 180_000 },
    running: null,
    error: null,
    result: null,
  }));
  let run: AbortController | null = null;

  const setRunning = (changes: Partial<NonNullable<TuneState['running']>>) =>
    store.setState(({ running }) => ({ running: running && { ...running, ...changes } }));

  async function search(path: string, start: LoadOptions, abort: AbortController): Promise<void> {
    const { choice } = store.getState();
    try {
      const result = await connection.stream(
        'tune.run',
        { path, start, ...choice },
        {
          signal: abort.signal,
          onItem: progress => {
            if (run === abort) setRunning({ progress });
          },
        },
      );
      store.setState({ result });
    } catch (thrown) {
      // A cancel was the user's wish: nothing to explain.
      if (!abort.signal.aborted) store.setState({ error: toErrorData(thrown) });
    } finally {
      run = null;
      store.setState({ running: null });
    }
  }

  return {
    store,

    change(changes) {
      store.setState(({ choice }) => ({ choice: { ...choice, ...changes } }));
    },

    start(path, options) {
      if (run !== null) return;
      run = new AbortController();
      store.setState({
        running: {
          start: options,
          timeMs: store.getState().choice.timeMs,
          progress: null,
          cancelling: false,
        },
        error: null,
      });
      void search(path, options, run);
    },

    cancel() {
      run?.abort();
      setRunning({ cancelling: true });
    },
  };
}
