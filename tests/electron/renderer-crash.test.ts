import { expect, test } from 'vitest';
import { stageApp } from './fixtures/staged-app.ts';
import { launchApp } from './harness/launch-app.ts';

test('a page that dies is loaded again, says so, and reaches the same host', async () => {
  await using staged = await stageApp('probe');
  await using app = await launchApp({
    appDirectory: staged.directory,
    environment: { HEADROOM_DATA: staged.dataDirectory },
  });
  const page = await app.firstWindow();
  await page.waitForSelector('body[data-ready]');

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
    const loaded = new Promise<void>(resolve => contents.once('did-finish-load', () => resolve()));
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
