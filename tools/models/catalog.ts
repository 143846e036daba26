import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeGguf } from '../gguf/gguf-writer.ts';
import { MALFORMED, type MalformedName } from './malformed.ts';
import { randomModel } from './random-model.ts';
import { RECIPES, type WellFormedName } from './recipes.ts';

export type ModelName = WellFormedName | MalformedName;

export const MODEL_NAMES: readonly ModelName[] = [
  ...Object.keys(RECIPES),
  ...Object.keys(MALFORMED),
].filter(isModelName);

export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(RECIPES, name) || Object.hasOwn(MALFORMED, name);
}

/** Where generated models lie unless told otherwise; ignored by git. */
const MODELS_DIRECTORY = join(import.meta.dirname, '..', '..', 'build', 'models');

/**
 * Path of the named model's file, generated first if it is not there yet. The file's name carries a
 * hash of this folder's sources, so a changed recipe is a new file. Safe to call from several
 * processes at once: each writes under a name of its own and moves the finished file into place.
 */
export async function ensureModel(
  name: ModelName,
  directory: string = MODELS_DIRECTORY,
): Promise<string> {
  const path = join(directory, `${name}-${await recipeHash()}.gguf`);
  if (!existsSync(path)) {
    await mkdir(directory, { recursive: true });
    try {
      await moveIntoPlace(path, temporary => writeModel(name, temporary));
    } catch (error) {
      // Windows refuses to replace a file in use: another process was first with the same bytes.
      if (!existsSync(path)) throw error;
    }
  }
  return path;
}

async function writeModel(name: ModelName, path: string): Promise<void> {
  if (isMalformed(name)) {
    await MALFORMED[name](path);
  } else {
    await writeGguf(path, randomModel(RECIPES[name]));
  }
}

function isMalformed(name: ModelName): name is MalformedName {
  return Object.hasOwn(MALFORMED, name);
}

async function moveIntoPlace(
  path: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

let knownHash: Promise<string> | undefined;

/** Ten hexadecimal digits over everything that decides what a generated file holds. */
function recipeHash(): Promise<string> {
  knownHash ??= hashSources([import.meta.dirname, join(import.meta.dirname, '..', 'gguf')]);
  return knownHash;
}

async function hashSources(directories: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const directory of directories) {
    const names = (await readdir(directory)).filter(name => name.endsWith('.ts')).sort();
    for (const name of names) {
      hash.update(name).update(await readFile(join(directory, name)));
    }
  }
  return hash.digest('hex').slice(0, 10);
}
