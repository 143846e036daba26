import type { InterTokenLatency } from '#shared/metrics/turn-figures.ts';

const initialCapacity = 1024;

/**
 * Times of the generated tokens of one turn. Recording one is a store into a preallocated array: it
 * happens between two tokens, where every microsecond counts against the speed it measures.
 */
export class LatencyRecorder {
  #times = new Float64Array(initialCapacity);
  #count = 0;

  /** @param atMs on a monotonic clock */
  record(atMs: number): void {
    if (this.#count === this.#times.length) {
      const larger = new Float64Array(this.#times.length * 2);
      larger.set(this.#times);
      this.#times = larger;
    }
    this.#times[this.#count++] = atMs;
  }

  get count(): number {
    return this.#count;
  }

  /** (n - 1) / (last - first), tokens per second; null below two tokens. */
  tokensPerSecond(): number | null {
    if (this.#count < 2) return null;
    const elapsed = (this.#times[this.#count - 1] ?? 0) - (this.#times[0] ?? 0);
    return elapsed > 0 ? ((this.#count - 1) * 1000) / elapsed : null;
  }

  /** Percentiles by nearest rank; null below two tokens. */
  gaps(): InterTokenLatency | null {
    if (this.#count < 2) return null;
    const gaps = new Float64Array(this.#count - 1);
    for (let i = 0; i < gaps.length; i++) {
      gaps[i] = (this.#times[i + 1] ?? 0) - (this.#times[i] ?? 0);
    }
    gaps.sort();
    const rank = (share: number) => gaps[Math.max(0, Math.ceil(share * gaps.length) - 1)] ?? 0;
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
  }
}
