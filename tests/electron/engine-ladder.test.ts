import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import { stageApp } from './fixtures/staged-app.ts';
import { launchApp } from './harness/launch-app.ts';

/** Puts a program in front of the real engine that dies at once wherever `fatal` is true. */
async function sabotageEngine(appDirectory: string, fatal: string): Promise<void> {
  const folder = join(appDirectory, 'dist', 'engine');
  await rename(join(folder, 'engine.js'), join(folder, 'real-engine.js'));
  await writeFile(
    join(folder, 'engine.js'),
    `if (${fatal}) process.kill(process.pid, 'SIGILL');
    else await import('./real-engine.js');\n`,
  );
}

/** Chats once over whatever way the engine found, and quits. */
async function loadAndQuit(
  appDirectory: string,
  dataDirectory: string,
  expected: readonly RegExp[],
): Promise<void> {
  const model = await ensureModel('tiny');
  await using app = await launchApp({
    appDirectory,
    args: ['--model', model],
    environment: { HEADROOM_DATA: dataDirectory },
  });
  const page = await app.firstWindow();
  await page.waitForSelector('body[data-ready]');
  const answer = await page.evaluate(async () => {
    const client = await window.probe.connect();
    const path = await window.probe.modelAfterRestarts(client);
    return { path, ...(await window.probe.turn(client, 'Hello')) };
  });
  expect(answer).toMatchObject({ path: model, generatedTokens: 8 });
  for (const pattern of expected) await app.logged(pattern);
}

test('an engine that dies as a utility process runs as Node, and starts that way the next time', async () => {
  await using staged = await stageApp('probe');
  await sabotageEngine(staged.directory, `'parentPort' in process`);

  await loadAndQuit(staged.directory, staged.dataDirectory, [
    /the engine starts as: utility process/,
    /failed as utility process \(.+\); from now on: Electron run as Node$/,
    /the engine starts as: Electron run as Node$/,
  ]);
  const memory = await readFile(join(staged.dataDirectory, 'electron', 'engine-way.json'), 'utf8');
  expect(JSON.parse(memory)).toMatchObject({ way: 'Electron run as Node' });

  const log = join(staged.dataDirectory, 'logs', 'main.log');
  await copyFile(log, `${log}.first`);
  await writeFile(log, '');
  await loadAndQuit(staged.directory, staged.dataDirectory, [/starts as: Electron run as Node$/]);
  expect(await readFile(log, 'utf8')).not.toContain('utility process');
});

test('an engine that only lives without a GPU gets there before the host gives up on it', async () => {
  await using staged = await stageApp('probe');
  await sabotageEngine(staged.directory, `process.env.HEADROOM_ENGINE_BACKEND !== 'cpu'`);
  await loadAndQuit(staged.directory, staged.dataDirectory, [
    /failed as utility process \(.+\)/,
    /failed as Electron run as Node \(.+\)/,
    /the engine starts as: Electron run as Node, CPU only/,
  ]);
});
