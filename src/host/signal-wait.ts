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
    const waiting = new DisposableStack();
    const giveUp = (reason: unknown) => {
      waiting.dispose();
      reject(reason);
    };
    const look = (value: T) => {
      try {
        const picked = pick(value);
        if (picked === undefined) return;
        waiting.dispose();
        resolve(picked);
      } catch (thrown) {
        giveUp(thrown);
      }
    };
    if (signal?.aborted) {
      giveUp(signal.reason);
      return;
    }
    look(source.get());
    if (waiting.disposed) return;
    waiting.use(source.subscribe(look));
    if (signal !== undefined) {
      const onAbort = () => giveUp(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.defer(() => signal.removeEventListener('abort', onAbort));
    }
    if (deadline !== undefined) {
      const timer = setTimeout(() => giveUp(deadline.error()), deadline.ms);
      waiting.defer(() => clearTimeout(timer));
    }
  });
}
