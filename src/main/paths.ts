import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataDirectory } from '#host/data-directory.ts';

/** This file is bundled into dist/main/main.js: its siblings are found from there, packed or not. */
const dist = join(import.meta.dirname, '..');

export const preloadPath = join(dist, 'preload', 'preload.cjs');
export const rendererDirectory = join(dist, 'renderer');
export const enginePath = join(dist, 'engine', 'engine.js');

/** Conversations, settings and, in folders of their own, the log and Chromium's profile. */
export const dataDirectory = defaultDataDirectory();
export const profileDirectory = join(dataDirectory, 'electron');
export const logPath = join(dataDirectory, 'logs', 'main.log');

/** Large files stay outside the archive: llama.cpp maps them into memory and cannot look inside. */
export function findBuiltInModel(isPackaged: boolean): string | null {
  const folder = isPackaged ? join(process.resourcesPath, 'models') : join(dist, '..', 'resources');
  const path = join(folder, 'demo-model.gguf');
  return existsSync(path) ? path : null;
}
