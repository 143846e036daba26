const windowMs = 1000;
/** More tokens a second than any model decodes; beyond it the window is shorter than a second. */
const capacity = 8192;

/** Tokens per second over the last second. A ring: recording and reading cost the same at any rate. */
export class RateWindow {
  readonly #times = new Float64Array(capacity);
  #first = 0;
  #count = 0;

  /** @param atMs on a monotonic clock, never before the last one */
  record(atMs: number): void {
    this.#times[(this.#first + this.#count) % capacity] = atMs;
    if (this.#count < capacity) this.#count++;
    else this.#first = (this.#first + 1) % capacity;
    // The newest one always stays, so there is an end to this.
    while (atMs - (this.#times[this.#first] ?? 0) > windowMs) {
      this.#first = (this.#first + 1) % capacity;
      this.#count--;
    }
  }

  /** Null below two tokens within the window. */
  tokensPerSecond(): number | null {
    if (this.#count < 2) return null;
    const last = this.#times[(this.#first + this.#count - 1) % capacity] ?? 0;
    const elapsed = last - (this.#times[this.#first] ?? 0);
    return elapsed > 0 ? ((this.#count - 1) * 1000) / elapsed : null;
  }
}
