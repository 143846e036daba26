/**
 * Ordered sending under a credit limit. Items beyond the credits wait here, so order never changes;
 * {@link push} tells the producer when it should pause.
 */
export class CreditGate {
  #credits: number;
  readonly #send: (item: unknown) => void;
  readonly #waiting: unknown[] = [];
  #paused: { promise: Promise<void>; resolve: () => void } | undefined;
  #open = false;

  constructor(credits: number, send: (item: unknown) => void) {
    this.#credits = credits;
    this.#send = send;
  }

  /** Returns a promise when the item had to wait; it resolves once everything waiting was sent. */
  push(item: unknown): void | Promise<void> {
    if (this.#open) return;
    if (this.#credits > 0 && this.#waiting.length === 0) {
      this.#credits--;
      this.#send(item);
      return;
    }
    this.#waiting.push(item);
    return this.drained();
  }

  grant(credits: number): void {
    this.#credits += credits;
    let sent = 0;
    while (this.#credits > 0 && sent < this.#waiting.length) {
      this.#credits--;
      this.#send(this.#waiting[sent++]);
    }
    this.#waiting.splice(0, sent);
    if (this.#waiting.length === 0) this.#resume();
  }

  /** Resolves when nothing waits for credit any more. */
  drained(): Promise<void> {
    if (this.#open || this.#waiting.length === 0) return Promise.resolve();
    this.#paused ??= Promise.withResolvers<void>();
    return this.#paused.promise;
  }

  /** The receiver is gone: drop what waits and let the producer run to its end. */
  open(): void {
    this.#open = true;
    this.#waiting.length = 0;
    this.#resume();
  }

  #resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }
}
