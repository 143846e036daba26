import type { ThreadTrial } from '#shared/model/load.ts';

type Work = 'prefill' | 'decode';

/** Measurements that make one judgement: single tokens vary, chunks are long enough by themselves. */
const samplesPerJudgement: Readonly<Record<Work, number>> = { prefill: 1, decode: 5 };
/** Deeper caches make tokens slower gradually; this much at once is another program on our cores. */
const suddenSlowdown = 2.5;
/** What a changed count must gain to be kept. */
const worthwhile = 0.9;
/** How long to stay with fewer threads before trying the calibrated count again; doubles. */
const firstRetryMs = 5000;
const longestRetryMs = 80_000;

/**
 * Follows the speed after calibration. When another program takes a core, the barriers of llama.cpp
 * make every token many times slower: fewer threads then help at once, and the calibrated count is
 * tried again later. Only ever moves between counts that calibration tried, never above the chosen one.
 */
export class ThreadGovernor {
  readonly #counts: readonly number[];
  readonly #calibrated: number;
  /** What a token is expected to take, by kind of work and count. Milliseconds. */
  readonly #expected: Readonly<Record<Work, Map<number, number>>>;
  #threads: number;
  #work: Work = 'decode';
  #samples: number[] = [];
  /** A count on trial, and what the one before it took. */
  #trial: { readonly before: number; readonly beforeMs: number } | undefined;
  #retryMs = firstRetryMs;
  #retryAt = 0;

  constructor(trials: readonly ThreadTrial[], calibrated: number) {
    this.#counts = trials
      .map(trial => trial.threads)
      .filter(threads => threads <= calibrated)
      .sort((a, b) => a - b);
    this.#calibrated = calibrated;
    this.#threads = calibrated;
    this.#expected = {
      prefill: new Map(),
      decode: new Map(trials.map(trial => [trial.threads, trial.medianMs])),
    };
  }

  /** The count to use from now on. */
  get threads(): number {
    return this.#threads;
  }

  /**
   * @param msPerToken how long the last token took, or a token of the last chunk
   * @param atMs on a monotonic clock
   */
  observe(work: Work, msPerToken: number, atMs: number): void {
    if (this.#counts.length < 2) return;
    if (work !== this.#work) {
      // A judgement needs measurements of one kind.
      this.#work = work;
      this.#samples = [];
      this.#trial = undefined;
    }
    this.#samples.push(msPerToken);
    if (this.#samples.length < samplesPerJudgement[work]) return;
    const ms = median(this.#samples);
    this.#samples = [];
    if (this.#trial === undefined) this.#judge(ms, atMs);
    else this.#endTrial(this.#trial, ms, atMs);
  }

  #judge(ms: number, atMs: number): void {
    const expected = this.#expected[this.#work].get(this.#threads) ?? ms;
    const fewer = this.#counts.findLast(count => count < this.#threads);
    if (ms > expected * suddenSlowdown && fewer !== undefined) {
      this.#try(fewer, ms);
      return;
    }
    this.#expect((expected + ms) / 2);
    if (this.#threads < this.#calibrated && atMs >= this.#retryAt) this.#try(this.#calibrated, ms);
  }

  #try(threads: number, beforeMs: number): void {
    this.#trial = { before: this.#threads, beforeMs };
    this.#threads = threads;
  }

  #endTrial(trial: { before: number; beforeMs: number }, ms: number, atMs: number): void {
    this.#trial = undefined;
    const kept = ms < trial.beforeMs * worthwhile;
    const failedRetry = !kept && trial.before < this.#calibrated;
    if (kept) {
      if (this.#threads === this.#calibrated) this.#retryMs = firstRetryMs;
      this.#expect(ms);
    } else {
      this.#threads = trial.before;
      // Not our threads' fault: slower is what is to be expected from now on.
      this.#expect(trial.beforeMs);
    }
    if (failedRetry) this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    this.#retryAt = atMs + this.#retryMs;
  }

  #expect(ms: number): void {
    this.#expected[this.#work].set(this.#threads, ms);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
