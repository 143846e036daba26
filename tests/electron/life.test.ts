import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import { type StagedApp, stageApp } from './fixtures/staged-app.ts';
import { launchApp } from './harness/launch-app.ts';

let staged: StagedApp;
let model: string;

beforeAll(async () => {
  [staged, model] = await Promise.all([stageApp('probe'), ensureModel('tiny')]);
});
afterAll(() => staged?.[Symbol.asyncDispose]());

const launch = (...args: string[]) =>
  launchApp({
    appDirectory: staged.directory,
    args,
    environment: { HEADROOM_DATA: staged.dataDirectory },
  });

describe('from launch to quit', () => {
  test('a model named at launch loads, answers a turn, and no process outlives the app', async () => {
    await using app = await launch('--model', model);
    const page = await app.firstWindow();
    await page.waitForSelector('body[data-ready]');
    const outcome = await page.evaluate(async () => {
      const client = await window.probe.connect();
      const path = await window.probe.loadedModel(client);
      const engineProcessId = await window.probe.engineProcessId(client);
      return { path, engineProcessId, turn: await window.probe.turn(client, 'Hello there') };
    });
    expect(outcome.path).toBe(model);
    expect(outcome.turn.generatedTokens).toBe(8);
    expect(outcome.turn.text.length).toBeGreaterThan(0);
    expect(isRunning(outcome.engineProcessId)).toBe(true);

    await app.close();
    expect(await app.exited).toBe(0);
    expect(isRunning(outcome.engineProcessId)).toBe(false);
  });

  test('a file opened from the system loads into the running app and raises its window', async () => {
    await using app = await launch();
    const page = await app.firstWindow();
    await page.waitForSelector('body[data-ready]');
    const raised = await app.evaluate(({ app, BrowserWindow }, path) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.minimize();
      app.emit('second-instance', {}, ['headroom', path], '/', { model: path });
      return window?.isMinimized() === false;
    }, model);
    expect(raised).toBe(true);
    const path = await page.evaluate(async () =>
      window.probe.loadedModel(await window.probe.connect()),
    );
    expect(path).toBe(model);
  });

  test('a file opened while another one loads is refused where its user sees it', async () => {
    await using app = await launch();
    await (await app.firstWindow()).waitForSelector('body[data-ready]');
    const said = await app.evaluate(
      ({ app, dialog }, path) =>
        new Promise<string>(resolve => {
          Object.assign(dialog, {
            showMessageBox: async (options: { message: string }) => {
              resolve(options.message);
              return { response: 0, checkboxChecked: false };
            },
          });
          for (let time = 0; time < 2; time++) {
            app.emit('second-instance', {}, ['headroom', path], '/', { model: path });
          }
        }),
      model,
    );
    expect(said).toMatch(/\.gguf was not opened\. A model is being loaded\.$/);
  });

  test.skipIf(process.platform === 'win32')(
    'the data folder is nobody else’s business on a shared machine',
    async () => {
      await using app = await launch();
      await app.firstWindow();
      expect((await stat(staged.dataDirectory)).mode & 0o077).toBe(0);
    },
  );

  test('the window comes back where and as large as it was', async () => {
    const bounds = { x: 40, y: 50, width: 900, height: 700 };
    {
      await using app = await launch();
      await (await app.firstWindow()).waitForSelector('body[data-ready]');
      await app.evaluate(({ BrowserWindow }, next) => {
        BrowserWindow.getAllWindows()[0]?.setBounds(next);
      }, bounds);
    }
    await using app = await launch();
    await app.firstWindow();
    const restored = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    );
    expect(restored).toEqual(bounds);
  });
});

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
