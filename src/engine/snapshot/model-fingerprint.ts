import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type GgufFile, partPaths } from '../gguf/gguf-file.ts';

const headBytes = 1024 * 1024;
const sampleBytes = 4096;
const samples = 1024;

/**
 * Tells models apart without reading gigabytes: a hash of the sizes of all files of a model, of their
 * first mebibyte, and of 1,024 places spread evenly over each. Training, merging and quantizing change a
 * model everywhere. The time of the last change is not part of it, so a copy is the same model.
 *
 * @param file a local one
 * @returns hexadecimal SHA-256; 10 ms for a file that has just been loaded
 */
export async function modelFingerprint(file: GgufFile): Promise<string> {
  const hash = createHash('sha256');
  for (const path of partPaths(file)) await addFile(hash, path);
  return hash.digest('hex');
}

async function addFile(hash: Hash, path: string): Promise<void> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  hash.update(`${size};`);
  const add = async (offset: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    hash.update(buffer.subarray(0, bytesRead));
  };
  await add(0, headBytes);
  const last = Math.max(0, size - sampleBytes);
  for (let index = 0; index < samples; index++) {
    await add(Math.floor((last * index) / (samples - 1)), sampleBytes);
  }
}
