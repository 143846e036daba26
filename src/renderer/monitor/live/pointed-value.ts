type Cells = ArrayLike<number | null | undefined>;

/** Index of the value that holds at a time: the last one before it, unless the line broke since. */
export function heldValue(times: ArrayLike<number>, cells: Cells, atMs: number): number | null {
  for (let i = times.length - 1; i >= 0; i--) {
    const cell = cells[i];
    if ((times[i] ?? 0) > atMs || cell === undefined) continue;
    return cell === null ? null : i;
  }
  return null;
}

/** Index of the value nearest to a time and not further from it than `toleranceMs`. */
export function nearestValue(
  times: ArrayLike<number>,
  cells: Cells,
  atMs: number,
  toleranceMs: number,
): number | null {
  let nearest: number | null = null;
  let distance = toleranceMs;
  for (let i = 0; i < times.length; i++) {
    const away = Math.abs((times[i] ?? 0) - atMs);
    if (typeof cells[i] !== 'number' || away > distance) continue;
    nearest = i;
    distance = away;
  }
  return nearest;
}
