import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from './repository.mjs';

/** Commands that are not named after the package that carries them. */
const CARRIERS = new Map([
  ['biome', '@biomejs/biome'],
  ['tsc', 'typescript'],
]);

/**
 * The script behind a command that an installed package carries. Starting it with Node directly
 * needs no shell and no `.cmd` wrapper, so it is the same on every platform.
 *
 * @param {string} name the command, `vitest` for instance
 * @throws when no installed package carries it
 */
export function packageCommand(name) {
  const folder = path.join(repositoryRoot, 'node_modules', CARRIERS.get(name) ?? name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[name];
  if (typeof script !== 'string') {
    throw new Error(`${manifest.name} has no command named ${name}`);
  }
  return path.join(folder, script);
}
