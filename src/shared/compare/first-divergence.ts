/**
 * The first place at which two answers have another token; of one that is the beginning of the other, the
 * end of the shorter one. Null where they are the same.
 *
 * @param a texts of the tokens
 */
export function firstDivergence(a: readonly string[], b: readonly string[]): number | null {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    if (a[index] !== b[index]) return index;
  }
  return a.length === b.length ? null : shorter;
}
