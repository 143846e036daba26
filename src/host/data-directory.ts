import { resolve } from 'node:path';
import envPaths from 'env-paths';

/** Where conversations and settings live: `HEADROOM_DATA`, else the system's place for app data. */
export function defaultDataDirectory(): string {
  const chosen = process.env.HEADROOM_DATA;
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  return envPaths('headroom', { suffix: '' }).data;
}
