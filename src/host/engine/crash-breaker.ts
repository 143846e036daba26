/** Deaths within {@link crashWindowMs} after which the engine stays down until the user asks. */
export const crashLimit = 3;
export const crashWindowMs = 60_000;

/** Counts deaths, and says whether another start is worth it. */
export class CrashBreaker {
  #deaths: number[] = [];

  /** @param nowMs a monotonic clock; returns whether a restart is allowed */
  record(nowMs: number): boolean {
    this.#deaths = this.#deaths.filter(death => nowMs - death < crashWindowMs);
    this.#deaths.push(nowMs);
    return this.#deaths.length < crashLimit;
  }

  reset(): void {
    this.#deaths = [];
  }
}
