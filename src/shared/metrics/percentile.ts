/**
 * The value below which a share of the values lies, interpolated between neighbours (the "linear"
 * definition, R's type 7). Null of no values.
 *
 * @param share 0..1; 0.5 is the median
 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number | null {
  return percentile(values, 0.5);
}
