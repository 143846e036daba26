import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Distribution } from '#shared/compare/distribution.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatBytes } from '#shared/metrics/format.ts';

/**
 * The distributions of a baseline, one after the other, as 32-bit floats: in memory those of a large
 * vocabulary would take gigabytes. Whoever made the file removes it.
 */
export class DistributionFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #vocabularySize: number;

  private constructor(file: FileHandle, vocabularySize: number) {
    this.#file = file;
    this.#vocabularySize = vocabularySize;
  }

  /**
   * To be written from its start. The file has to exist: one that was removed meanwhile stays removed.
   *
   * @throws AppError `storage-failed`, also where the disk has no room for all of it
   */
  static async toWrite(
    path: string,
    vocabularySize: number,
    positions: number,
  ): Promise<DistributionFile> {
    const file = await orStorageFailed(open(path, 'r+'));
    try {
      await refuseFullDisk(dirname(path), bytesOf(vocabularySize) * positions);
      return new DistributionFile(file, vocabularySize);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  /** @throws AppError `storage-failed`, also where it is another text's or another model's */
  static async toRead(
    path: string,
    vocabularySize: number,
    positions: number,
  ): Promise<DistributionFile> {
    const file = await orStorageFailed(open(path, 'r'));
    const expected = bytesOf(vocabularySize) * positions;
    const { size } = await file.stat();
    if (size === expected) return new DistributionFile(file, vocabularySize);
    await file.close();
    throw storageFailed(new Error(`The file has ${size} bytes instead of ${expected}.`));
  }

  async append(distribution: Distribution): Promise<void> {
    const { buffer, byteOffset, byteLength } = distribution;
    await orStorageFailed(this.#file.writeFile(new Uint8Array(buffer, byteOffset, byteLength)));
  }

  async read(position: number): Promise<Distribution> {
    const distribution = new Float32Array(this.#vocabularySize);
    const { byteLength } = distribution;
    const bytes = new Uint8Array(distribution.buffer);
    const { bytesRead } = await orStorageFailed(
      this.#file.read(bytes, 0, byteLength, position * byteLength),
    );
    if (bytesRead === byteLength) return distribution;
    throw storageFailed(new Error(`${bytesRead} of ${byteLength} bytes at position ${position}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function bytesOf(vocabularySize: number): number {
  return vocabularySize * Float32Array.BYTES_PER_ELEMENT;
}

async function refuseFullDisk(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await orStorageFailed(statfs(directory));
  const free = bavail * bsize;
  if (free > bytes) return;
  throw new AppError(
    'storage-failed',
    `The comparison keeps ${formatBytes(bytes)} on the disk while it runs, and the disk has ${formatBytes(free)} left.`,
    { suggestion: 'Free some space on the disk, or compare over fewer tokens.' },
  );
}

async function orStorageFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw storageFailed(thrown);
  }
}

function storageFailed(thrown: unknown): AppError {
  const full = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC';
  return new AppError(
    'storage-failed',
    full
      ? 'The disk is full: what the baseline expects could not be kept.'
      : 'What the baseline expects could not be kept on the disk, or not be read again.',
    {
      suggestion: 'Free some space on the disk, or compare over fewer tokens.',
      details: String(thrown),
      cause: thrown,
    },
  );
}
