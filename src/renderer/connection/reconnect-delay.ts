const firstMs = 500;
const longestMs = 15_000;

/** Doubles with every failure in a row, up to a bound that a waiting user can live with. */
export function reconnectDelayMs(failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** failures);
}
