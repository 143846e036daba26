import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';

export interface Answer<Output> {
  /** Identity of the question that `value` or `error` answers; null before the first answer. */
  readonly key: string | null;
  readonly value: Output | null;
  readonly error: AppErrorData | null;
  /** Whether a newer question is still open; the answer shown is then the one before. */
  readonly pending: boolean;
}

export interface LatestAnswer<Input, Output> {
  readonly store: StoreApi<Answer<Output>>;
  /**
   * Asks, unless this very question has been asked last. While one is on its way only the newest of
   * those that follow is kept; an answer to anything but the newest question is dropped.
   *
   * @param key identity of the question; null asks nothing and forgets the answer
   */
  want(key: string | null, input: Input | null): void;
}

/** For questions that change faster than they are answered, as while somebody types. */
export function createLatestAnswer<Input, Output>(
  ask: (input: Input) => Promise<Output>,
): LatestAnswer<Input, Output> {
  const nothing: Answer<Output> = { key: null, value: null, error: null, pending: false };
  const store = createStore<Answer<Output>>(() => nothing);
  let wanted: { key: string; input: Input } | null = null;
  let asking = false;

  async function run() {
    asking = true;
    while (wanted !== null && wanted.key !== store.getState().key) {
      const { key, input } = wanted;
      const next = await ask(input).then(
        (value): Answer<Output> => ({ key, value, error: null, pending: false }),
        (thrown): Answer<Output> => ({
          key,
          value: null,
          error: toErrorData(thrown),
          pending: false,
        }),
      );
      if (wanted?.key === key) store.setState(next, true);
    }
    asking = false;
  }

  return {
    store,
    want(key, input) {
      if (key === null || input === null) {
        wanted = null;
        store.setState(nothing, true);
        return;
      }
      if (key === wanted?.key) return;
      wanted = { key, input };
      store.setState({ pending: key !== store.getState().key });
      if (!asking) void run();
    },
  };
}
