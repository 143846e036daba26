/** A value that changes over time, and that somebody may watch. */
export interface Signal<T> {
  get(): T;
  /** Calls `listener` after every change (not with the current value). */
  subscribe(listener: (value: T) => void): Disposable;
}

export interface WritableSignal<T> extends Signal<T> {
  set(value: T): void;
}

export function createSignal<T>(initial: T): WritableSignal<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      // A wrapper per subscription: the same function may subscribe twice and leave once.
      const entry = (value: T) => listener(value);
      listeners.add(entry);
      return { [Symbol.dispose]: () => void listeners.delete(entry) };
    },
  };
}
