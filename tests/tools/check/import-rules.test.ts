import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findViolations } from '#tools/check/import-rules.ts';
import { readModules } from '#tools/check/module-graph.ts';

const FOLDERS = ['shared', 'engine', 'host', 'main', 'server', 'cli', 'preload', 'renderer'];

let root = '';

/** A small house in which everything is as it should be. */
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'headroom-imports-'));
  const aliases = FOLDERS.map(folder => [`#${folder}/*`, `./src/${folder}/*`]);
  await writeFile(
    path.join(root, 'package.json'),
    JSON.stringify({ imports: Object.fromEntries(aliases) }),
  );
  for (const folder of FOLDERS) {
    await plant(`src/${folder}/own.ts`, `export type Own = string; export const own = '';`);
    await plant(
      `src/${folder}/room.ts`,
      `${folder === 'preload' ? 'import type { Own }' : 'import { own }'} from '#shared/own.ts';
       import './own.ts';`,
    );
  }
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function plant(file: string, source: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), source);
}

async function violations(): Promise<string[]> {
  return findViolations(await readModules(root, 'src'));
}

test('a house that keeps the rules is not complained about', async () => {
  expect(await violations()).toEqual([]);
});

test.each([
  ['shared', `import { readFile } from 'node:fs/promises';`],
  ['shared', `import fs from 'fs';`],
  ['shared', `import { useState } from 'react';`],
  ['shared', `import { app } from 'electron';`],
  ['shared', `import { own } from '#host/own.ts';`],
  ['shared', `export { own } from '../host/own.ts';`],
  ['shared', `export * from '../host/own.ts';`],
  ['shared', `export type Far = import('#host/own.ts').Own;`],
  ['engine', `import type { Own } from '#host/own.ts';`],
  ['host', `import { own } from '#engine/own.ts';`],
  ['host', `import { getLlama } from 'node-llama-cpp';`],
  ['host', `const addon = await import('node-llama-cpp');`],
  ['host', `const addon = require('node-llama-cpp');`],
  ['host', `import { app } from 'electron';`],
  ['main', `import { own } from '#server/own.ts';`],
  ['server', `import { own } from '#cli/own.ts';`],
  ['cli', `import { own } from '#main/own.ts';`],
  ['preload', `import { own } from '#shared/own.ts';`],
  ['preload', `import fs from 'node:fs';`],
  ['renderer', `import { own } from '#host/own.ts';`],
  ['renderer', `import path from 'node:path';`],
  ['renderer', `import { WebSocket } from 'ws';`],
  ['engine', `import { plan } from '../../tools/plan.ts';`],
])('%s is stopped at %s', async (folder, line) => {
  await plant(`src/${folder}/planted.ts`, `// planted\n${line}`);
  expect(await violations()).toEqual([
    expect.stringMatching(new RegExp(`^src/${folder}/planted\\.ts:2: ${folder} may not import `)),
  ]);
});

test.each([
  ['shared', `import { z } from 'zod';`],
  ['engine', `import { getLlama } from 'node-llama-cpp';`],
  ['main', `import { own } from '#host/own.ts';`],
  ['cli', `import { own } from '#server/own.ts';`],
  ['preload', `import { type Own } from '#shared/own.ts';`],
  ['renderer', `import { createRoot } from 'react-dom/client';`],
  ['renderer', `import 'uplot/dist/uPlot.min.css';`],
])('%s is not stopped at %s', async (folder, line) => {
  await plant(`src/${folder}/planted.ts`, line);
  expect(await violations()).toEqual([]);
});

test('a circle is found through subpath and relative imports', async () => {
  await plant('src/shared/a.ts', `import '#shared/b.ts';`);
  await plant('src/shared/b.ts', `import './deep/c.ts';`);
  await plant('src/shared/deep/c.ts', `import '../a.ts';`);
  expect(await violations()).toEqual([
    'import cycle: src/shared/a.ts -> src/shared/b.ts -> src/shared/deep/c.ts -> src/shared/a.ts',
  ]);
});

test('a new folder does not escape the rules', async () => {
  await plant('src/attic/box.ts', 'export {};');
  expect(await violations()).toEqual([expect.stringContaining('src/attic has no import rules')]);
});

test('a file that does not parse is not passed over', async () => {
  await plant('src/shared/broken.ts', 'import {');
  await expect(violations()).rejects.toThrow('src/shared/broken.ts does not parse');
});
