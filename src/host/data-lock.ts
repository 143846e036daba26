import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '#shared/errors/app-error.ts';

/** SQLite's primary code for a lock that somebody else holds (sqlite.org/rescode.html). */
const busyCode = 5;

/**
 * Claims a data folder for this process alone: a second host would take the first one's running
 * answers for leftovers and overwrite its settings. The claim is a lock of the system, taken through
 * SQLite on an empty file, so it ends with the process however that ends, and is never stale.
 *
 * @throws AppError `busy` when another host has the folder, `storage-failed` when it cannot be used
 */
export function lockDataDirectory(directory: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(join(directory, 'in-use.lock'));
    database = opened;
    opened.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => opened.close() };
  } catch (thrown) {
    database?.close();
    throw lockError(directory, thrown);
  }
}

function lockError(directory: string, thrown: unknown): AppError {
  const code = thrown instanceof Error && 'errcode' in thrown ? thrown.errcode : undefined;
  const cause = { details: String(thrown), cause: thrown };
  if (code === busyCode) {
    return new AppError('busy', `Another Headroom is using the data folder ${directory}.`, {
      suggestion:
        'Use that one, or close it first. To run both, set HEADROOM_DATA to another folder for one of them.',
      ...cause,
    });
  }
  return new AppError('storage-failed', `The data folder ${directory} cannot be used.`, {
    suggestion: 'Check that the disk has space and that your user may write to the folder.',
    ...cause,
  });
}
