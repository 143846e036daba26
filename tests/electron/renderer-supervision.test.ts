import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type StagedApp, stageApp } from './fixtures/staged-app.ts';
import { type LaunchedApp, launchApp } from './harness/launch-app.ts';

let staged: StagedApp;
let app: LaunchedApp;

beforeAll(async () => {
  staged = await stageApp('probe');
});
afterAll(() => staged?.[Symbol.asyncDispose]());
beforeEach(async () => {
  app = await launchApp({
    appDirectory: staged.directory,
    environment: { HEADROOM_DATA: staged.dataDirectory },
  });
  await (await app.firstWindow()).waitForSelector('body[data-ready]');
});
afterEach(() => app?.[Symbol.asyncDispose]());

describe('a page that dies', () => {
  test('is loaded again, says so, and reaches the same host', async () => {
    const outcome = await app.evaluate(async ({ BrowserWindow, dialog }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('There is no window.');
      const said = new Promise<string>(resolve => {
        Object.assign(dialog, {
          showMessageBox: async (_window: unknown, options: { message: string }) => {
            resolve(options.message);
            return { response: 0, checkboxChecked: false };
          },
        });
      });
      const loaded = new Promise<void>(resolve =>
        contents.once('did-finish-load', () => resolve()),
      );
      contents.forcefullyCrashRenderer();
      await loaded;
      return {
        said: await said,
        shell: await contents.executeJavaScript(
          `probe.connect().then(client => probe.call(client, 'app.info', {})).then(info => info.shell)`,
        ),
      };
    });
    expect(outcome).toEqual({
      said: 'The window stopped working and was loaded again.',
      shell: 'electron',
    });
  });

  test('again and again is not loaded forever, but when the user says so', async () => {
    const messages = await app.evaluate(async ({ BrowserWindow, dialog }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('There is no window.');
      const messages: string[] = [];
      Object.assign(dialog, {
        showMessageBox: async (_window: unknown, options: { message: string }) => {
          messages.push(options.message);
          return { response: 1, checkboxChecked: false };
        },
      });
      for (let crash = 0; crash < 4; crash++) {
        const loaded = new Promise<void>(resolve =>
          contents.once('did-finish-load', () => resolve()),
        );
        contents.forcefullyCrashRenderer();
        await loaded;
      }
      return messages;
    });
    expect(messages).toEqual([
      'The window stopped working and was loaded again.',
      'The window stopped working and was loaded again.',
      'The window stopped working and was loaded again.',
      'The window keeps stopping.',
    ]);
  });
});

describe('a page that does not answer', () => {
  test('is loaded again when the user has waited enough, without a word about a crash', async () => {
    const messages = await app.evaluate(async ({ BrowserWindow, dialog }) => {
      const [window] = BrowserWindow.getAllWindows();
      if (window === undefined) throw new Error('There is no window.');
      const messages: string[] = [];
      Object.assign(dialog, {
        showMessageBox: async (_window: unknown, options: { message: string }) => {
          messages.push(options.message);
          return { response: 1, checkboxChecked: false };
        },
      });
      const loaded = new Promise<void>(resolve =>
        window.webContents.once('did-finish-load', () => resolve()),
      );
      window.emit('unresponsive');
      await loaded;
      return messages;
    });
    expect(messages).toEqual(['The window does not answer.']);
  });

  test('takes the question back when it answers after all', async () => {
    const withdrawn = await app.evaluate(async ({ BrowserWindow, dialog }) => {
      const [window] = BrowserWindow.getAllWindows();
      if (window === undefined) throw new Error('There is no window.');
      let signal: AbortSignal | undefined;
      Object.assign(dialog, {
        showMessageBox: async (_window: unknown, options: { signal?: AbortSignal }) => {
          signal = options.signal;
          return { response: 0, checkboxChecked: false };
        },
      });
      window.emit('unresponsive');
      const before = signal?.aborted;
      window.emit('responsive');
      return [before, signal?.aborted];
    });
    expect(withdrawn).toEqual([false, true]);
  });
});
