import type { Signal } from '#shared/rpc/signal.ts';

export interface WaitLimits {
  /** An abort rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: { readonly ms: number; readonly error: () => Error };
}

/**
 * Resolves with what `pick` first returns for the signal's value, the current one included;
 * `undefined` means "not yet". What `pick` throws rejects. However it ends, no listener and no timer
 * stays behind.
 */
export function waitForValue<T, R>(
  source: Signal<T>,
  pick: (value: T) => R | undefined,
  { signal, deadline }: WaitLimits = {},
): Promise<R> {
  return new Promise((resolve, reject) => {
    let subscription: Disposable | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stopWaiting = () => {
      subscription?.[Symbol.dispose]();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: unknown) => {
      stopWaiting();
      reject(reason);
    };
    const onAbort = () => giveUp(signal?.reason);
    /** Whether the wait is over. */
    const look = (value: T): boolean => {
      try {
        const picked = pick(value);
        if (picked === undefined) return false;
        stopWaiting();
        resolve(picked);
      } catch (thrown) {
        giveUp(thrown);
      }
      return true;
    };
    if (signal?.aborted) return onAbort();
    if (look(source.get())) return;
    subscription = source.subscribe(look);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (deadline !== undefined) timer = setTimeout(() => giveUp(deadline.error()), deadline.ms);
  });
}
