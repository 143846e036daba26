import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from './repository.mjs';

/**
 * A hash over the names and the content of files and folders, with the Node version mixed in.
 *
 * @param {readonly string[]} inputs paths relative to `root`; missing ones count as empty
 * @param {string} [root]
 * @returns {Promise<string>} hexadecimal
 */
export async function contentHash(inputs, root = repositoryRoot) {
  const files = (await Promise.all(inputs.map(input => listFiles(path.join(root, input))))).flat();
  files.sort();
  const contents = await Promise.all(files.map(file => readFile(file)));
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '');
  for (const [index, file] of files.entries()) {
    const content = contents[index] ?? Buffer.alloc(0);
    hash.update(`\n${path.relative(root, file).replaceAll('\\', '/')} ${content.length}\n`);
    hash.update(content);
  }
  return hash.digest('hex');
}

/**
 * Whether a stamp file says that its product was made from inputs with this hash.
 * @param {string} stampFile
 * @param {string} hash
 */
export function isStamped(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === hash;
}

/**
 * @param {string} stampFile
 * @param {string} hash
 */
export async function writeStamp(stampFile, hash) {
  await mkdir(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${hash}\n`);
}

/**
 * @param {string} place a file or a folder
 * @returns {Promise<string[]>}
 */
async function listFiles(place) {
  if (!existsSync(place)) {
    return [];
  }
  const entries = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null) {
    return [place];
  }
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}
