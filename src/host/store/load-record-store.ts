import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type LoadRecord, loadRecordSchema } from '#shared/model/load-record.ts';
import { guarding } from './storage-error.ts';

/** Estimated and actual memory of the last loads of each model file. */
export interface LoadRecordStore {
  /** Newest first. Entries that an older release wrote and this one cannot read are passed over. */
  list(modelPath: string): LoadRecord[];
  /** Keeps the newest {@link keptPerModel} of this model. */
  add(modelPath: string, record: LoadRecord): void;
}

export const keptPerModel = 20;

const row = z.object({ record: z.string() });

/** @param path of the database, for errors */
export function createLoadRecordStore(database: DatabaseSync, path: string): LoadRecordStore {
  const list = database.prepare(
    'SELECT record FROM load_records WHERE model_path = ? ORDER BY seq DESC',
  );
  const insert = database.prepare('INSERT INTO load_records (model_path, record) VALUES (?, ?)');
  const trim = database.prepare(
    `DELETE FROM load_records WHERE model_path = :path AND seq NOT IN
       (SELECT seq FROM load_records WHERE model_path = :path ORDER BY seq DESC LIMIT :kept)`,
  );
  const guarded = guarding(path);
  return {
    list: modelPath =>
      guarded(() =>
        list.all(modelPath).flatMap(found => {
          const parsed = loadRecordSchema.safeParse(JSON.parse(row.parse(found).record));
          return parsed.success ? [parsed.data] : [];
        }),
      ),
    add: (modelPath, record) =>
      guarded(() => {
        insert.run(modelPath, JSON.stringify(record));
        trim.run({ path: modelPath, kept: keptPerModel });
      }),
  };
}
