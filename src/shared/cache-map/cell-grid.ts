import type { CellRun } from './cell-runs.ts';

/** How cells are laid out: blocks of as many cells as it takes to stay readable, row by row. */
export interface CellGrid {
  readonly columns: number;
  readonly rows: number;
  /** Length of a block's side with the gap to the next one, in whole pixels. */
  readonly pitch: number;
  readonly cellsPerBlock: number;
}

/** Below this a block can be neither seen nor pointed at. Pixels. */
const smallestPitch = 4;
const largestPitch = 12;

/**
 * The largest blocks of the fewest cells that fit.
 *
 * @param width pixels
 * @param height pixels at most
 */
export function cellGrid(capacity: number, width: number, height: number): CellGrid {
  for (let pitch = largestPitch; pitch > smallestPitch; pitch--) {
    const columns = Math.max(1, Math.floor(width / pitch));
    const rows = Math.ceil(capacity / columns);
    if (rows * pitch <= height) return { columns, rows, pitch, cellsPerBlock: 1 };
  }
  const columns = Math.max(1, Math.floor(width / smallestPitch));
  const mostRows = Math.max(1, Math.floor(height / smallestPitch));
  const cellsPerBlock = Math.max(1, Math.ceil(capacity / (columns * mostRows)));
  const rows = Math.ceil(Math.ceil(capacity / cellsPerBlock) / columns);
  return { columns, rows, pitch: smallestPitch, cellsPerBlock };
}

/** The run that most cells of each block belong to, as its place among the runs; from `first` on. */
export function blockRuns(
  runs: readonly CellRun[],
  cellsPerBlock: number,
  first = 0,
): { readonly block: number; readonly run: number }[] {
  const blocks: { block: number; run: number }[] = [];
  const capacity = runs.at(-1)?.end ?? 0;
  let run = 0;
  for (let block = first; block * cellsPerBlock < capacity; block++) {
    const start = block * cellsPerBlock;
    const end = Math.min(start + cellsPerBlock, capacity);
    while ((runs[run]?.end ?? capacity) <= start) run++;
    let best = run;
    let most = 0;
    for (let at = run; at < runs.length; at++) {
      const candidate = runs[at];
      if (candidate === undefined || candidate.start >= end) break;
      const cells = Math.min(candidate.end, end) - Math.max(candidate.start, start);
      if (cells > most) [best, most] = [at, cells];
    }
    blocks.push({ block, run: best });
  }
  return blocks;
}
