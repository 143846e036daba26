import { open, statfs } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

const chunkBytes = 4 * 1024 * 1024;

export interface FileContents {
  readonly bytes: number;
  /** CRC-32: accidents are what it has to find, at several gigabytes a second. */
  readonly checksum: number;
}

/** Reads a file once from its start to its end. */
export async function fileContents(path: string): Promise<FileContents> {
  await using file = await open(path, 'r');
  const chunk = Buffer.alloc(chunkBytes);
  let bytes = 0;
  let checksum = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, bytes);
    if (bytesRead === 0) return { bytes, checksum };
    checksum = crc32(chunk.subarray(0, bytesRead), checksum);
    bytes += bytesRead;
  }
}

/** Waits until the file is on the disk itself, where a loss of power leaves it. */
export async function flushToDisk(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

/** What is left on the disk of a folder. */
export async function freeDiskBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
