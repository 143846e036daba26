import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  electronPackage,
  executableName,
  fetchElectron,
  findElectron,
  wantedVersion,
} from '#tools/setup/electron-binary.mjs';
import { makeZip } from './electron-archive.ts';

const version = wantedVersion();
const archiveName = `electron-v${version}-${process.platform}-${process.arch}.zip`;
const archive = makeZip({
  version: `v${version}`,
  [executableName(process.platform)]: '#!/bin/sh\nexit 0\n',
});
const checksums = `${createHash('sha256').update(archive).digest('hex')} *${archiveName}\n`;

let folder = '';
let server: Server | undefined;

/** A copy of the electron package that resolves the packages it needs from the real one's place. */
async function copyPackage(): Promise<string> {
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  for (const scope of ['@electron', '@electron-internal']) {
    await symlink(path.join(electronPackage, '..', scope), path.join(modules, scope), 'junction');
  }
  const copy = path.join(modules, 'electron');
  await cp(electronPackage, copy, {
    recursive: true,
    filter: source => !source.startsWith(path.join(electronPackage, 'dist')),
  });
  await rm(path.join(copy, 'path.txt'), { force: true });
  return copy;
}

async function serve(listener: RequestListener): Promise<void> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the mirror has no port');
  }
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${address.port}/`);
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headroom-electron-'));
  vi.stubEnv('electron_config_cache', path.join(folder, 'cache'));
  vi.stubEnv('electron_use_remote_checksums', '1');
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  await new Promise(resolve => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const patience = { firstByteMs: 20_000, stallMs: 20_000, unpackMs: 60_000 };

test('a fetched Electron lands where the electron package looks for it, with progress', async () => {
  const copy = await copyPackage();
  expect(findElectron(copy)).toBeUndefined();
  await serve((request, response) => {
    response.end(request.url?.endsWith('SHASUMS256.txt') ? checksums : archive);
  });
  const fractions: number[] = [];
  const executable = await fetchElectron({
    folder: copy,
    patience,
    report: fraction => fractions.push(fraction),
  });
  expect(executable).toBe(path.join(copy, 'dist', executableName(process.platform)));
  expect(findElectron(copy)).toBe(executable);
  expect(fractions.at(-1)).toBe(1);
});

test('an archive that is not the published one is not unpacked', async () => {
  const copy = await copyPackage();
  vi.stubEnv('electron_use_remote_checksums', undefined);
  await serve((_request, response) => response.end(archive));
  await expect(fetchElectron({ folder: copy, patience })).rejects.toThrow(/could not be fetched/);
  expect(findElectron(copy)).toBeUndefined();
});

test('a server that accepts and never answers does not hang the start', async () => {
  const copy = await copyPackage();
  await serve(() => {});
  await expect(
    fetchElectron({ folder: copy, patience: { ...patience, firstByteMs: 50 } }),
  ).rejects.toThrow('the server did not answer for 0.05 s');
});

test('a download that stops half-way does not hang the start', async () => {
  const copy = await copyPackage();
  await serve((_request, response) => {
    response.writeHead(200, { 'content-length': String(archive.length) });
    response.write(archive.subarray(0, 20));
  });
  await expect(
    fetchElectron({ folder: copy, patience: { ...patience, stallMs: 50 } }),
  ).rejects.toThrow('nothing arrived for 0.05 s');
  expect(findElectron(copy)).toBeUndefined();
});

test('a server that has no such release is named as the reason, with a next step', async () => {
  const copy = await copyPackage();
  await serve((_request, response) => response.writeHead(404).end());
  await expect(fetchElectron({ folder: copy, patience })).rejects.toMatchObject({
    message: expect.stringContaining('404'),
    advice: expect.stringMatching(/\S/),
  });
});

test('an Electron of another version is not started', async () => {
  const copy = await copyPackage();
  await mkdir(path.join(copy, 'dist', path.dirname(executableName(process.platform))), {
    recursive: true,
  });
  await writeFile(path.join(copy, 'dist', executableName(process.platform)), '');
  await writeFile(path.join(copy, 'path.txt'), executableName(process.platform));
  await writeFile(path.join(copy, 'dist', 'version'), 'v1.0.0');
  expect(findElectron(copy)).toBeUndefined();
  await writeFile(path.join(copy, 'dist', 'version'), version);
  expect(findElectron(copy)).toBeDefined();
});
