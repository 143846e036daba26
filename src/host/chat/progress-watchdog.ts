import type { TurnStall } from '#shared/chat/turn-progress.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import type { Signal } from '#shared/rpc/signal.ts';
import { judgeSilence } from './quiet-limit.ts';

/** A turn that has shown nothing yet may be quiet for this long. */
const defaultQuietMs = 30_000;

type StallListener = (stall: TurnStall | null) => void;

/**
 * Tells when the engine stops making progress while turns run on it, and when it goes on. How long a
 * turn takes is nothing to it, and it ends nothing: a machine that pages may be minutes away from the
 * next token.
 *
 * The engine works on one turn at a time, so what stalls one turn stalls all that wait behind it.
 */
export class ProgressWatchdog {
  readonly #shortestMs: number;
  readonly #listeners = new Set<StallListener>();
  /** There while turns run, gone off or not. */
  #timer: NodeJS.Timeout | undefined;
  #delayMs = 0;
  #dueMs = 0;
  #sinceMs = 0;
  #longestGapMs = 0;
  #stalled = false;

  /**
   * @param telemetry also tells of tokens that bring no text
   * @param shortestMs the shortest silence that is told of
   */
  constructor(telemetry: Signal<TelemetrySample | null>, shortestMs: number = defaultQuietMs) {
    this.#shortestMs = shortestMs;
    telemetry.subscribe(sample => {
      if (sample !== null && sample.phase !== 'idle') this.progress();
    });
  }

  /**
   * A turn begins, or begins to wait for another one. Calls `listener` when the engine stalls, at once
   * if it has, and with null when it goes on; until the turn is over and this is disposed.
   */
  watch(listener: StallListener): Disposable {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#beginTurn();
    // A moment later: whoever follows the turn has to hear of the turn first.
    else queueMicrotask(() => this.#tellNewcomer(listener));
    return {
      [Symbol.dispose]: () => {
        if (!this.#listeners.delete(listener)) return;
        if (this.#listeners.size > 0) this.#beginTurn();
        else this.#endTurns();
      },
    };
  }

  /** The engine has read or written something. Cheap enough for every packet. */
  progress(): void {
    if (this.#timer === undefined) return;
    const nowMs = performance.now();
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
    this.#dueMs = nowMs + this.#delayMs;
    this.#timer.refresh();
    this.#goOn();
  }

  /** Null while the engine makes progress, and while it has nothing to do. */
  stall(): TurnStall | null {
    return this.#stalled ? { quietMs: performance.now() - this.#sinceMs } : null;
  }

  /** The first turn, or the next one when one is over: what is slow in one may be fast in the other. */
  #beginTurn(): void {
    this.#longestGapMs = 0;
    this.#sinceMs = performance.now();
    this.#lookIn(this.#shortestMs);
    this.#goOn();
  }

  #endTurns(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stalled = false;
  }

  #lookIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#delayMs = delayMs;
    this.#dueMs = performance.now() + delayMs;
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    const silence = {
      sinceMs: this.#sinceMs,
      nowMs: performance.now(),
      dueMs: this.#dueMs,
      longestGapMs: this.#longestGapMs,
    };
    const verdict = judgeSilence(silence, this.#shortestMs);
    if (verdict.stalled) {
      this.#stalled = true;
      this.#tell();
    } else {
      this.#sinceMs = verdict.sinceMs;
      this.#lookIn(verdict.lookInMs);
    }
  }

  #goOn(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.#tell();
  }

  #tell(): void {
    const stall = this.stall();
    for (const listener of [...this.#listeners]) listener(stall);
  }

  #tellNewcomer(listener: StallListener): void {
    if (this.#stalled && this.#listeners.has(listener)) listener(this.stall());
  }
}
