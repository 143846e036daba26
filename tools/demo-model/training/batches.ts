import type { Chance } from '../conversations/chance.ts';
import type { TrainingRow } from './rows.ts';

/** Rows that are sorted by length together: enough for even batches, few enough to stay mixed. */
const POOL_ROWS = 1024;

/**
 * Batches of rows of about the same length, so that little of a batch is padding.
 *
 * @param tokens of a padded batch at most, where a single row is not longer than that
 */
export function* batchesOf(
  rows: readonly TrainingRow[],
  tokens: number,
  chance: Chance,
): Generator<readonly TrainingRow[]> {
  for (let start = 0; start < rows.length; start += POOL_ROWS) {
    const pool = rows
      .slice(start, start + POOL_ROWS)
      .sort((one, other) => one.tokens.length - other.tokens.length);
    const batches: TrainingRow[][] = [];
    let batch: TrainingRow[] = [];
    for (const row of pool) {
      // Sorted: this row is the longest of the batch so far.
      if (batch.length > 0 && (batch.length + 1) * row.tokens.length > tokens) {
        batches.push(batch);
        batch = [];
      }
      batch.push(row);
    }
    if (batch.length > 0) batches.push(batch);
    chance.shuffle(batches);
    yield* batches;
  }
}
