type Cells = ArrayLike<number | null | undefined>;

/**
 * Index of the value that holds at a time: the last one before it. Where the line breaks after that
 * value, nobody knows how long it held, and nothing is drawn.
 */
export function heldValue(times: ArrayLike<number>, cells: Cells, atMs: number): number | null {
  let breaksNext = false;
  for (let i = times.length - 1; i >= 0; i--) {
    const cell = cells[i];
    const time = times[i] ?? 0;
    if (cell === undefined) continue;
    if (time > atMs) breaksNext = cell === null;
    else return cell === null || (breaksNext && time < atMs) ? null : i;
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
