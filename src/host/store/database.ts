import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { migrations as allMigrations } from './migrations.ts';
import { damagedDatabaseError, newerDatabaseError, storageError } from './storage-error.ts';

/** How long to wait for another process that is writing. */
const busyTimeoutMs = 5_000;

const versionRow = z.object({ user_version: z.int().nonnegative() });
const tableRow = z.object({ name: z.string() });
const checkRow = z.object({ quick_check: z.string() });

/**
 * Opens (or creates) the database and brings it up to date. An existing file is copied beside itself
 * before it is migrated. Nothing is ever deleted, and a file that is not understood is left as it is.
 *
 * @throws AppError `storage-failed`, naming the file and what to do
 */
export function openDatabase(
  path: string,
  migrations: readonly string[] = allMigrations,
): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: busyTimeoutMs });
    const version = readVersion(database);
    if (version > migrations.length) throw newerDatabaseError(path, version, migrations.length);
    checkWholeness(database, path);
    // FULL: in WAL mode every commit then reaches the disk before it returns, so that a message
    // that was accepted survives a power cut (sqlite.org/pragma.html#pragma_synchronous).
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;',
    );
    migrate(database, path, version, migrations);
    return database;
  } catch (thrown) {
    database?.close();
    throw storageError(path, thrown);
  }
}

function readVersion(database: DatabaseSync): number {
  return versionRow.parse(database.prepare('PRAGMA user_version').get()).user_version;
}

/**
 * Table by table, those of the search index included: checking the file as a whole would also compare
 * the index with every text, ten times as long (half a second for 100 MB).
 */
function checkWholeness(database: DatabaseSync, path: string): void {
  const tables = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
  );
  const findings = z
    .array(tableRow)
    .parse(tables.all())
    .flatMap(({ name }) => database.prepare(`PRAGMA quick_check("${name}")`).all())
    .map(row => checkRow.parse(row).quick_check)
    .filter(finding => finding !== 'ok');
  if (findings.length > 0) throw damagedDatabaseError(path, findings.join('\n'));
}

function migrate(
  database: DatabaseSync,
  path: string,
  version: number,
  migrations: readonly string[],
): void {
  // A file that is only just being made has nothing to lose.
  if (version > 0 && version < migrations.length) backUp(database, path, version);
  for (let from = version; from < migrations.length; from++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have been faster.
      if (readVersion(database) === from) {
        database.exec(`${migrations[from]}; PRAGMA user_version = ${from + 1};`);
      }
      database.exec('COMMIT');
    } catch (thrown) {
      database.exec('ROLLBACK');
      throw thrown;
    }
  }
}

/** Beside the database, named after the format it holds; an older backup is never overwritten. */
function backUp(database: DatabaseSync, path: string, version: number): void {
  let target = `${path}.backup-format-${version}`;
  for (let n = 2; existsSync(target); n++) target = `${path}.backup-format-${version}-${n}`;
  database.prepare('VACUUM INTO ?').run(target);
}
