import type { Signal } from './signal.ts';

/**
 * Sends the latest value of a signal, at most `maxHz` times a second and never before the receiver
 * has acknowledged the previous one. While nothing changes no timer runs.
 */
export class ConflatedSender<T> {
  readonly #source: Signal<T>;
  readonly #send: (value: T) => void;
  readonly #intervalMs: number;
  #subscription: Disposable | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changed = false;
  #awaitingSeen = false;

  constructor(source: Signal<T>, maxHz: number, send: (value: T) => void) {
    this.#source = source;
    this.#send = send;
    this.#intervalMs = 1000 / maxHz;
  }

  /** Sends the current value at once (a late joiner needs it), then changes. */
  start(): void {
    this.#subscription = this.#source.subscribe(() => {
      this.#changed = true;
      this.#sendIfDue();
    });
    this.#sendNow();
  }

  seen(): void {
    this.#awaitingSeen = false;
    this.#sendIfDue();
  }

  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    clearTimeout(this.#timer);
  }

  #sendIfDue(): void {
    if (!this.#changed || this.#awaitingSeen || this.#timer !== undefined) return;
    this.#sendNow();
  }

  #sendNow(): void {
    this.#changed = false;
    this.#awaitingSeen = true;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#subscription !== undefined) this.#sendIfDue();
    }, this.#intervalMs);
    this.#send(this.#source.get());
  }
}
