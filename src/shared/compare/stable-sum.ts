/** A sum that keeps the small values beside the large ones (Neumaier's compensation). */
export function stableSum(values: Iterable<number>): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  // Of infinite sums nothing is lost.
  return Number.isFinite(sum) ? sum + lost : sum;
}
