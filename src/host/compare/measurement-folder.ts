import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#shared/errors/app-error.ts';

/** The place of what a measurement keeps on the disk while it runs. One measurement at a time. */
export interface MeasurementFolder {
  /**
   * Gives an empty folder, and removes it with all that is in it, however the use of it ends.
   *
   * @throws AppError `storage-failed`; what `use` throws
   */
  during<T>(use: (path: string) => Promise<T>): Promise<T>;
}

/** Removes what a process that was killed in the middle of a measurement has left. */
export async function openMeasurementFolder(dataDirectory: string): Promise<MeasurementFolder> {
  // On the disk of the user's data: a system's folder for temporary files may lie in memory.
  const path = join(dataDirectory, 'measurement');
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5 });
  await remove();
  return {
    async during(use) {
      try {
        await remove();
        await mkdir(path, { mode: 0o700 });
      } catch (thrown) {
        throw new AppError('storage-failed', `The folder ${path} could not be created.`, {
          suggestion: 'Check that the disk has space and can be written to.',
          details: String(thrown),
          cause: thrown,
        });
      }
      try {
        return await use(path);
      } finally {
        // A file that cannot be removed now costs no result: it goes with the next measurement, or start.
        await remove().catch(() => {});
      }
    },
  };
}
