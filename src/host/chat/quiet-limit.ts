/** A silence is long when it lasts this many of the longest gaps so far. */
const gapsPerLimit = 10;
/** The longest limit, in shortest ones. */
const shortestPerLongest = 10;

/** The silence of an engine, judged when it was to be looked at. All times on one monotonic clock. */
export interface Silence {
  readonly sinceMs: number;
  readonly nowMs: number;
  /** When the timer should have gone off. */
  readonly dueMs: number;
  /** Between two signs of progress, in this turn so far. */
  readonly longestGapMs: number;
}

/** Too long; or to be looked at again in so many milliseconds, as one that began at `sinceMs`. */
export type SilenceVerdict =
  | { readonly stalled: true }
  | { readonly stalled: false; readonly sinceMs: number; readonly lookInMs: number };

/**
 * How long the engine may make no progress before it is told of: long against what this turn has
 * shown, so that slow is never taken for stuck; but never so long that nobody waits for it.
 *
 * @param shortestMs for a turn that has shown nothing yet
 */
export function quietLimitMs(longestGapMs: number, shortestMs: number): number {
  const longMs = gapsPerLimit * longestGapMs;
  return Math.min(Math.max(longMs, shortestMs), shortestPerLongest * shortestMs);
}

/** @param shortestMs see {@link quietLimitMs} */
export function judgeSilence(
  { sinceMs, nowMs, dueMs, longestGapMs }: Silence,
  shortestMs: number,
): SilenceVerdict {
  const limitMs = quietLimitMs(longestGapMs, shortestMs);
  // This process did not run itself, and so most likely the machine slept, the engine with it.
  if (nowMs - dueMs >= shortestMs) return { stalled: false, sinceMs: nowMs, lookInMs: limitMs };
  const leftMs = limitMs - (nowMs - sinceMs);
  return leftMs <= 0 ? { stalled: true } : { stalled: false, sinceMs, lookInMs: leftMs };
}
