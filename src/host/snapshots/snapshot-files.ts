import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { type Snapshot, snapshotFormat, snapshotSchema } from '#shared/snapshot/snapshot.ts';
import { snapshotDamaged, snapshotRefused } from '#shared/snapshot/snapshot-refusal.ts';
import type { KeptSnapshot } from '#shared/snapshot/snapshot-state.ts';

/**
 * The snapshots on the disk, one for each chat. Each is two files: `<chat>.<n>.state`, which the engine
 * writes, and `<chat>.<n>.json`, which is written when that one is whole and makes it count. The pair
 * before goes last of all, so that whenever the process ends a whole one is left.
 */
export interface SnapshotFiles {
  /** The one that was used longest ago first. */
  list(): KeptSnapshot[];
  /** Where the next state file of a chat goes. */
  newStatePath(conversationId: string): Promise<string>;
  /** Removes a state file that is not to count. */
  abandon(statePath: string): Promise<void>;
  /** Makes a state file count, in the place of the one before. */
  commit(snapshot: Snapshot, statePath: string): Promise<void>;
  /**
   * Null where there is none.
   *
   * @throws AppError `snapshot-damaged`; `snapshot-refused` for one that another release has written
   */
  read(conversationId: string): Promise<StoredSnapshot | null>;
  /** Counts as used now. */
  touch(conversationId: string): Promise<void>;
  remove(conversationId: string): Promise<void>;
}

export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly statePath: string;
}

const namePattern = /^([0-9a-f-]{36})\.(\d+)\.(state|json)$/;
/** Also of a description that was being written. */
const ownPattern = /^[0-9a-f-]{36}\.\d+\./;

const isState = (name: string) => name.endsWith('.state');

interface Entry extends KeptSnapshot {
  readonly number: number;
}

/**
 * Reads what is there, and removes what a process that ended in the middle of a save or of a deletion has
 * left.
 *
 * @param exists false for a chat that has been deleted
 */
export async function openSnapshotFiles(
  directory: string,
  exists: (conversationId: string) => boolean,
): Promise<SnapshotFiles> {
  const kept = await readEntries(directory, exists);
  const pathOf = (conversationId: string, number: number, end: 'state' | 'json') =>
    join(directory, `${conversationId}.${number}.${end}`);

  /** @param spared the number of the pair that stays; null: none */
  async function removeFiles(conversationId: string, spared: number | null): Promise<void> {
    const names: string[] = await readdir(directory).catch(() => []);
    const own = names.filter(
      name =>
        name.startsWith(`${conversationId}.`) && !name.startsWith(`${conversationId}.${spared}.`),
    );
    // Descriptions first: without its own a state file is nothing.
    for (const name of own.sort((a, b) => Number(isState(a)) - Number(isState(b)))) {
      await rm(join(directory, name), { force: true, maxRetries: 3 });
    }
  }

  return {
    list: () => [...kept.values()],

    async newStatePath(conversationId) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return pathOf(conversationId, (kept.get(conversationId)?.number ?? 0) + 1, 'state');
    },

    abandon: statePath => rm(statePath, { force: true, maxRetries: 3 }),

    async commit(snapshot, statePath) {
      const { conversationId, tokens, savedAt, stateBytes } = snapshot;
      const before = kept.get(conversationId);
      const number = (before?.number ?? 0) + 1;
      if (statePath !== pathOf(conversationId, number, 'state')) {
        throw new Error('A state file that is not the next one of its chat.');
      }
      const text = JSON.stringify(snapshot);
      await writeFileAtomic(pathOf(conversationId, number, 'json'), text, { encoding: 'utf8' });
      kept.delete(conversationId);
      const bytes = stateBytes + Buffer.byteLength(text);
      kept.set(conversationId, { conversationId, tokens, savedAt, bytes, number });
      // One that stays, because it is open somewhere, goes with the next one or at the next start.
      await removeFiles(conversationId, number).catch(() => {});
    },

    async read(conversationId) {
      const entry = kept.get(conversationId);
      if (entry === undefined) return null;
      const text = await readFile(pathOf(conversationId, entry.number, 'json'), 'utf8').catch(
        (thrown: unknown) => {
          throw snapshotDamaged('Its description cannot be read.', String(thrown));
        },
      );
      return {
        snapshot: parseSnapshot(text),
        statePath: pathOf(conversationId, entry.number, 'state'),
      };
    },

    async touch(conversationId) {
      const entry = kept.get(conversationId);
      if (entry === undefined) return;
      kept.delete(conversationId);
      kept.set(conversationId, entry);
      const now = new Date();
      await utimes(pathOf(conversationId, entry.number, 'json'), now, now);
    },

    async remove(conversationId) {
      await removeFiles(conversationId, null);
      kept.delete(conversationId);
    },
  };
}

/** @throws AppError `snapshot-damaged`, `snapshot-refused` */
function parseSnapshot(text: string): Snapshot {
  const content = parseJson(text);
  const parsed = snapshotSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const format = z.object({ format: z.number() }).safeParse(content);
  if (format.success && format.data.format !== snapshotFormat) {
    throw snapshotRefused(
      `It was written in format ${format.data.format}, and this Headroom reads format ${snapshotFormat}.`,
    );
  }
  throw snapshotDamaged('Its description is not what Headroom writes.', parsed.error.message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw snapshotDamaged('Its description is not what Headroom writes.', String(thrown));
  }
}

/** What the lists show of a description, whatever else is wrong with it. */
const shownSchema = z.object({
  tokens: z.int().nonnegative().catch(0),
  savedAt: z.int().nonnegative().catch(0),
});

/** By chat, the one that was used longest ago first. Removes every file that belongs to none. */
async function readEntries(
  directory: string,
  exists: (conversationId: string) => boolean,
): Promise<Map<string, Entry>> {
  const names: string[] = await readdir(directory).catch(() => []);
  const described = names.flatMap(name => {
    const [, conversationId = '', number = '', end] = namePattern.exec(name) ?? [];
    return end === 'json' && exists(conversationId)
      ? { conversationId, number: Number(number) }
      : [];
  });
  const found: (Entry & { readonly usedMs: number })[] = [];
  const belonging = new Set<string>();
  for (const { conversationId, number } of described.sort((a, b) => b.number - a.number)) {
    // An older pair is there only if the process ended before it was removed.
    if (found.some(newer => newer.conversationId === conversationId)) continue;
    const stem = `${conversationId}.${number}`;
    if (!names.includes(`${stem}.state`)) continue;
    const entry = await readEntry(directory, conversationId, number).catch(() => null);
    if (entry === null) continue;
    found.push(entry);
    belonging.add(`${stem}.json`).add(`${stem}.state`);
  }
  for (const name of names) {
    if (ownPattern.test(name) && !belonging.has(name))
      await rm(join(directory, name), { force: true }).catch(() => {});
  }
  found.sort((a, b) => a.usedMs - b.usedMs);
  return new Map(found.map(({ usedMs: _, ...entry }) => [entry.conversationId, entry]));
}

async function readEntry(directory: string, conversationId: string, number: number) {
  const stem = join(directory, `${conversationId}.${number}`);
  const [text, description, state] = await Promise.all([
    readFile(`${stem}.json`, 'utf8'),
    stat(`${stem}.json`),
    stat(`${stem}.state`),
  ]);
  const { tokens, savedAt } = shownOf(text);
  const bytes = state.size + description.size;
  return { conversationId, number, tokens, savedAt, bytes, usedMs: description.mtimeMs };
}

/** A description that says nothing stays until it is asked for, and is refused then with its reason. */
function shownOf(text: string): z.infer<typeof shownSchema> {
  try {
    return shownSchema.parse(JSON.parse(text));
  } catch {
    return { tokens: 0, savedAt: 0 };
  }
}
