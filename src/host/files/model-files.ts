import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FileEntry } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';

export interface FolderListing {
  readonly directory: string;
  /** Null at the root. */
  readonly parent: string | null;
  readonly entries: FileEntry[];
}

/** How llama.cpp names the parts of a split model (`gguf-split`); the first stands for all. */
const splitName = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** The order of a file manager: numbers by value, case ignored. */
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Folders and models of one folder, folders first. Hidden ones are left out, and of a split model all
 * parts but the first, whose size is that of the parts together.
 *
 * @param directory absolute, or null for the user's home
 * @throws AppError `not-found`, `not-allowed` or `invalid-input`
 */
export async function listModelFiles(directory: string | null): Promise<FolderListing> {
  const folder = resolve(directory ?? homedir());
  const found = await readFolder(folder);
  const entries = await Promise.all(found.map(entry => describeEntry(folder, entry)));
  const above = dirname(folder);
  return {
    directory: folder,
    parent: above === folder ? null : above,
    entries: joinParts(entries.filter(entry => entry !== null)).sort(byKindThenName),
  };
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    throw folderError(folder, thrown);
  }
}

/** Null for what does not belong into the list, dangling links included. */
async function describeEntry(folder: string, entry: Dirent): Promise<FileEntry | null> {
  const { name } = entry;
  if (name.startsWith('.')) return null;
  const path = join(folder, name);
  if (entry.isDirectory()) return { name, path, kind: 'directory', bytes: null };
  const looksLikeModel = name.toLowerCase().endsWith('.gguf');
  if (!looksLikeModel && !entry.isSymbolicLink()) return null;
  try {
    const target = await stat(path);
    if (target.isDirectory()) return { name, path, kind: 'directory', bytes: null };
    if (!looksLikeModel || !target.isFile()) return null;
    return { name, path, kind: 'model', bytes: target.size };
  } catch {
    return null;
  }
}

function joinParts(entries: readonly FileEntry[]): FileEntry[] {
  const partBytes = new Map<string, number>();
  for (const entry of entries) {
    const stem = entry.name.replace(splitName, '-of-$2');
    partBytes.set(stem, (partBytes.get(stem) ?? 0) + (entry.bytes ?? 0));
  }
  return entries.flatMap(entry => {
    const part = entry.kind === 'model' ? splitName.exec(entry.name)?.[1] : undefined;
    if (part === undefined) return [entry];
    if (Number(part) !== 1) return [];
    return [{ ...entry, bytes: partBytes.get(entry.name.replace(splitName, '-of-$2')) ?? null }];
  });
}

function byKindThenName(a: FileEntry, b: FileEntry): number {
  if (a.kind !== b.kind) return a.kind === 'directory' ? -1 : 1;
  return byName.compare(a.name, b.name);
}

function folderError(folder: string, thrown: unknown): AppError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const details = String(thrown);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return new AppError('not-allowed', `Headroom may not look into the folder ${folder}.`, {
        suggestion: 'Choose another folder, or give your user the right to read this one.',
        details,
      });
    case 'ENOTDIR':
      return new AppError('invalid-input', `${folder} is a file, not a folder.`, {
        suggestion: 'Choose the folder that it lies in.',
        details,
      });
    case 'ENOENT':
      return new AppError('not-found', `The folder ${folder} does not exist.`, {
        suggestion: 'It may have been moved, or its disk is not connected. Choose another folder.',
        details,
      });
    default:
      return new AppError('not-found', `The folder ${folder} could not be read.`, {
        suggestion: 'Choose another folder, or check the disk that it is on.',
        details,
      });
  }
}
