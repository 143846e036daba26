import { AppError } from '#shared/errors/app-error.ts';

/** SQLite's primary result codes that deserve words of their own (sqlite.org/rescode.html). */
const causes: Readonly<Record<number, { message: string; suggestion: string }>> = {
  5: {
    message: 'another program is writing to it',
    suggestion: 'Close other windows of Headroom that use the same data folder, then try again.',
  },
  8: {
    message: 'it may not be written to',
    suggestion: 'Give your user the right to write to the file and its folder, then try again.',
  },
  10: {
    message: 'the disk reported an error',
    suggestion: 'Check the disk, then try again.',
  },
  11: {
    message: 'it is damaged',
    suggestion:
      'Nothing was deleted. Move the file (and those beside it that end in -wal and -shm) to another folder to start with an empty one, or put a backup in its place.',
  },
  13: {
    message: 'the disk is full',
    suggestion: 'Free some space on the disk, then try again.',
  },
  14: {
    message: 'it cannot be opened',
    suggestion: 'Check that the folder exists and that your user may write to it, then try again.',
  },
  26: {
    message: 'it is not a database, or it is damaged',
    suggestion:
      'Nothing was deleted. Move the file to another folder to start with an empty one, or put a backup in its place.',
  },
};

/** What SQLite threw, as an error that names the file; other errors pass as they are. */
export function storageError(path: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return thrown;
  // Extended codes carry the primary one in their low byte.
  const code = typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : 0;
  const cause = causes[code];
  const why = cause?.message ?? thrown.message;
  return new AppError('storage-failed', `The conversations file ${path} cannot be used: ${why}.`, {
    suggestion: cause?.suggestion ?? 'Try again. If it happens again, restart Headroom.',
    details: `SQLite error ${'errcode' in thrown ? thrown.errcode : code}: ${thrown.message}`,
    cause: thrown,
  });
}

/**
 * Runs work on the database at `path`; what SQLite throws comes out as an error that names the file.
 *
 * @throws AppError `storage-failed`
 */
export function guarding(path: string): <R>(work: () => R) => R {
  return work => {
    try {
      return work();
    } catch (thrown) {
      throw storageError(path, thrown);
    }
  };
}

/** The file is whole, but a release after this one has written it. */
export function newerDatabaseError(path: string, version: number, known: number): AppError {
  return new AppError(
    'storage-failed',
    `The conversations file ${path} was written by a newer Headroom (format ${version}, this one knows ${known}).`,
    {
      suggestion:
        'Update Headroom, or set HEADROOM_DATA to another folder to keep this version beside it. Nothing was changed.',
    },
  );
}

export function damagedDatabaseError(path: string, findings: string): AppError {
  const cause = causes[11];
  return new AppError('storage-failed', `The conversations file ${path} is damaged.`, {
    suggestion: cause?.suggestion ?? '',
    details: findings,
  });
}
