import { join } from 'node:path';

/** Where training leaves what it made on the way; ignored by git, always safe to delete. */
export const WORK_DIRECTORY = join(import.meta.dirname, '..', '..', 'build', 'demo-model');
