import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { type SavedComparison, savedComparisonSchema } from '#shared/compare/saved-comparison.ts';
import { jsonColumn } from './rows.ts';
import { guarding } from './storage-error.ts';
import { inTransaction } from './transaction.ts';

/**
 * Kept comparison runs. Everything is synchronous: what has returned is on the disk. Every method throws
 * AppError `storage-failed` when the file cannot be used.
 */
export interface ComparisonStore {
  /** Those that began last first. Their figures are not read. */
  list(): SavedComparison[];
  find(id: string): SavedComparison | null;
  /** As some release of the app wrote it; undefined where there is none, or no JSON. */
  result(id: string): unknown;
  /** The run and its figures: all or nothing. */
  insert(saved: SavedComparison, result: ComparisonResult): void;
  /** Its name and its note. */
  update(saved: SavedComparison): void;
  /** Its figures go with it. */
  delete(id: string): void;
}

const columns = 'id, name, note, model_name, configurations, parts, started_at';

const { configurations, parts } = savedComparisonSchema.shape;

const savedRow = z
  .object({
    id: z.string(),
    name: z.string(),
    note: z.string(),
    model_name: z.string(),
    // A damaged column costs its own content, not the run.
    configurations: jsonColumn.pipe(configurations.catch([])),
    parts: jsonColumn.pipe(parts.catch([])),
    started_at: z.int(),
  })
  .transform(({ model_name, started_at, ...rest }) =>
    savedComparisonSchema.parse({ ...rest, modelName: model_name, startedAt: started_at }),
  );

const resultRow = z.object({ result: jsonColumn });

/** @param path of the database, for errors */
export function createComparisonStore(database: DatabaseSync, path: string): ComparisonStore {
  const all = database.prepare(
    `SELECT ${columns} FROM comparisons ORDER BY started_at DESC, seq DESC`,
  );
  const one = database.prepare(`SELECT ${columns} FROM comparisons WHERE id = ?`);
  const resultOf = database.prepare(
    'SELECT result FROM comparison_results WHERE seq = (SELECT seq FROM comparisons WHERE id = ?)',
  );
  const insert = database.prepare(
    `INSERT INTO comparisons (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertResult = database.prepare(
    'INSERT INTO comparison_results (seq, result) VALUES (?, ?)',
  );
  const update = database.prepare('UPDATE comparisons SET name = ?, note = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM comparisons WHERE id = ?');
  const guarded = guarding(path);

  return {
    list: () => guarded(() => all.all().map(row => savedRow.parse(row))),
    find: id =>
      guarded(() => {
        const row = one.get(id);
        return row === undefined ? null : savedRow.parse(row);
      }),
    result: id =>
      guarded(() => {
        const row = resultOf.get(id);
        return row === undefined ? undefined : resultRow.parse(row).result;
      }),
    insert: (saved, result) =>
      guarded(() => {
        const text = JSON.stringify(result);
        inTransaction(database, () => {
          const { lastInsertRowid } = insert.run(
            saved.id,
            saved.name,
            saved.note,
            saved.modelName,
            JSON.stringify(saved.configurations),
            JSON.stringify(saved.parts),
            saved.startedAt,
          );
          insertResult.run(lastInsertRowid, text);
        });
      }),
    update: ({ id, name, note }) => guarded(() => void update.run(name, note, id)),
    delete: id => guarded(() => void remove.run(id)),
  };
}
