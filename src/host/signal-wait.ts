import type { Signal } from '#shared/rpc/signal.ts';

/**
 * Resolves with what `pick` first returns for the signal's value, the current one included;
 * `undefined` means "not yet". What `pick` throws rejects. After `deadlineMs`: `onDeadline()` rejects.
 */
export function waitForValue<T, R>(
  source: Signal<T>,
  pick: (value: T) => R | undefined,
  deadlineMs?: number,
  onDeadline?: () => Error,
): Promise<R> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let subscription: Disposable | undefined;
    const look = (value: T): boolean => {
      try {
        const picked = pick(value);
        if (picked === undefined) return false;
        resolve(picked);
      } catch (thrown) {
        reject(thrown);
      }
      clearTimeout(timer);
      subscription?.[Symbol.dispose]();
      return true;
    };
    if (look(source.get())) return;
    subscription = source.subscribe(look);
    if (deadlineMs === undefined) return;
    timer = setTimeout(() => {
      subscription?.[Symbol.dispose]();
      reject(onDeadline?.() ?? new Error('the value did not come in time'));
    }, deadlineMs);
  });
}
