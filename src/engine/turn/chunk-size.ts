/** A stop waits for the running chunk, so a chunk must not take much longer than this. */
const targetMs = 120;
/** Below this the cost per call would dominate. */
const smallest = 32;
/** Larger chunks are no faster. */
const largest = 512;

/**
 * How many prompt tokens to evaluate at once.
 *
 * @param tokensPerMs speed of the last chunk, or a cautious guess; null when nothing is known
 * @param batchSize what the context takes at once
 */
export function prefillChunkSize(tokensPerMs: number | null, batchSize: number): number {
  const wanted = tokensPerMs === null ? smallest * 2 : Math.floor(tokensPerMs * targetMs);
  return Math.max(1, Math.min(Math.max(wanted, smallest), fullChunkSize(batchSize)));
}

/** The most that a turn evaluates at once, on a machine that is fast enough. */
export function fullChunkSize(batchSize: number): number {
  return Math.min(largest, batchSize);
}
