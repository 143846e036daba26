import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type StagedApp, stageApp } from './fixtures/staged-app.ts';
import { type LaunchedApp, launchApp } from './harness/launch-app.ts';

let staged: StagedApp;
let app: LaunchedApp;
let page: Page;

beforeAll(async () => {
  staged = await stageApp('probe');
  app = await launchApp({
    appDirectory: staged.directory,
    environment: { HEADROOM_DATA: staged.dataDirectory },
  });
  page = await app.firstWindow();
  await page.waitForSelector('body[data-ready]');
});

afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await staged?.[Symbol.asyncDispose]();
});

/** Every test starts on a fresh page, wherever the one before has left the window. */
beforeEach(async () => {
  await app.evaluate(async ({ BrowserWindow }) => {
    await BrowserWindow.getAllWindows()[0]?.webContents.loadURL('app://headroom/');
  });
  await page.waitForSelector('body[data-ready]');
});

describe('the window', () => {
  test('is the only one, shown, and on the app protocol page', async () => {
    const windows = () =>
      app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map(window => ({
          visible: window.isVisible(),
          url: window.webContents.getURL(),
        })),
      );
    // It is shown at its first paint, which may come after the page's script.
    await expect.poll(windows).toEqual([{ visible: true, url: 'app://headroom/' }]);
    expect(await page.evaluate(() => location.origin)).toBe(app.pageOrigin);
    expect(await page.evaluate(() => isSecureContext)).toBe(true);
  });

  test('has a menu with copy and paste in it, without which their shortcuts do nothing on a Mac', async () => {
    const roles = await app.evaluate(({ Menu }) =>
      Menu.getApplicationMenu()?.items.map(item => item.role?.toLowerCase()),
    );
    expect(roles).toEqual(expect.arrayContaining(['editmenu', 'windowmenu', 'help']));
  });
});

describe('the preload', () => {
  test('gives the page one function and nothing of Node or Electron', async () => {
    const seen = await page.evaluate(() => ({
      keys: Object.keys(window.headroom ?? {}),
      type: typeof window.headroom?.requestPort,
      leaks: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        name => name in window,
      ),
    }));
    expect(seen).toEqual({ keys: ['requestPort'], type: 'function', leaks: [] });
  });

  test('cannot be replaced by a script of the page', async () => {
    const replaced = await page.evaluate(() => {
      try {
        Object.assign(window, { headroom: { requestPort: () => {} } });
        return true;
      } catch {
        return false;
      }
    });
    expect(replaced).toBe(false);
  });
});

describe('the port', () => {
  test('reaches a host that knows which shell it runs in', async () => {
    const info = await page.evaluate(async () =>
      window.probe.call(await window.probe.connect(), 'app.info', {}),
    );
    expect(info).toMatchObject({
      shell: 'electron',
      nativeFileDialog: true,
      dataDirectory: staged.dataDirectory,
    });
  });

  test('is closed when the same page asks for another, so that none piles up', async () => {
    const answered = await page.evaluate(async () => {
      const first = await window.probe.connect();
      const second = await window.probe.connect();
      await window.probe.closed(first);
      return (await window.probe.call(second, 'app.info', {})).shell;
    });
    expect(answered).toBe('electron');
  });

  test('is a fresh one after a reload', async () => {
    await page.evaluate(() => window.probe.connect());
    await page.reload();
    await page.waitForSelector('body[data-ready]');
    const info = await page.evaluate(async () =>
      window.probe.call(await window.probe.connect(), 'app.info', {}),
    );
    expect(info.shell).toBe('electron');
  });

  test('carries errors as data, with code and suggestion', async () => {
    const error = await page.evaluate(async () => {
      const client = await window.probe.connect();
      return window.probe.call(client, 'model.describe', { path: '/nowhere/missing.gguf' }).then(
        () => null,
        thrown => ({ name: thrown.name, code: thrown.code }),
      );
    });
    expect(error).toEqual({ name: 'AppError', code: 'model-file-missing' });
  });
});

describe('the one door', () => {
  test('stays shut for a foreign page in our own window', async () => {
    await app.evaluate(async ({ BrowserWindow }) => {
      await BrowserWindow.getAllWindows()[0]?.webContents.loadURL('data:text/html,<p>foreign</p>');
    });
    const received = page.evaluate(
      () =>
        new Promise<boolean>(resolve => {
          window.addEventListener('message', event => resolve(event.data === 'end'));
          window.addEventListener('headroom-test-end', () => window.postMessage('end', '*'));
          window.headroom?.requestPort();
        }),
    );
    await app.logged(/refused a port to "data:/);
    await page.evaluate(() => window.dispatchEvent(new Event('headroom-test-end')));
    expect(await received).toBe(true);
  });

  test.each([
    ['a frame inside our page', { url: 'app://headroom/', nested: true }],
    ['a host that only begins like ours', { url: 'app://headroom.evil/', nested: false }],
    ['our host as a user name', { url: 'app://headroom@evil/', nested: false }],
    ['our host under another scheme', { url: 'https://headroom/', nested: false }],
  ])('stays shut for %s', async (_name, frame) => {
    const posted = await app.evaluate(({ ipcMain }, { url, nested }) => {
      let posted = false;
      const senderFrame = {
        url,
        parent: nested ? {} : null,
        postMessage: () => {
          posted = true;
        },
      };
      const sender = { once: () => {} };
      ipcMain.emit('headroom:request-port', { sender, senderFrame });
      return posted;
    }, frame);
    expect(posted).toBe(false);
  });
});

describe('navigation', () => {
  test('to another origin is refused, and the page keeps its state', async () => {
    await page.evaluate(() => document.body.setAttribute('data-kept', 'yes'));
    await page.evaluate(() => {
      location.href = 'https://example.com/away';
    });
    await app.logged(/refused to navigate to "https:\/\/example\.com\/away"/);
    expect(page.url()).toBe(`${app.pageOrigin}/`);
    expect(await page.getAttribute('body', 'data-kept')).toBe('yes');
  });

  test('by window.open hands https to the system and opens nothing here', async () => {
    const opened = app.evaluate(
      ({ shell }) =>
        new Promise<string>(resolve => {
          const original = shell.openExternal;
          shell.openExternal = async url => {
            shell.openExternal = original;
            resolve(url);
          };
        }),
    );
    await page.evaluate(() => void window.open('https://example.com/model-card'));
    expect(await opened).toBe('https://example.com/model-card');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('by a link in an answer is handed over as well', async () => {
    const opened = app.evaluate(
      ({ shell }) =>
        new Promise<string>(resolve => {
          const original = shell.openExternal;
          shell.openExternal = async url => {
            shell.openExternal = original;
            resolve(url);
          };
        }),
    );
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'https://example.com/link';
      link.target = '_blank';
      link.rel = 'noreferrer';
      link.textContent = 'link';
      document.body.append(link);
    });
    await page.click('a');
    expect(await opened).toBe('https://example.com/link');
  });

  test.each([
    'http://example.com/plain',
    'https://user:secret@example.com/',
    'ftp://example.com/file',
  ])('by window.open to %s goes nowhere', async url => {
    await page.evaluate(target => void window.open(target), url);
    const line = await app.logged(new RegExp(`refused to open ${JSON.stringify(url)}`));
    expect(line).toContain('refused to open');
  });
});

describe('permissions', () => {
  test('are refused, whatever the page asks for', async () => {
    const states = await page.evaluate(async () => {
      const names = ['notifications', 'geolocation', 'camera', 'microphone', 'midi'] as const;
      const entries = names.map(async name => [
        name,
        (await navigator.permissions.query({ name })).state,
      ]);
      return Object.fromEntries(await Promise.all(entries));
    });
    expect(states).toEqual({
      notifications: 'denied',
      geolocation: 'denied',
      camera: 'denied',
      microphone: 'denied',
      midi: 'denied',
    });
    expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
    const position = await page.evaluate(
      () =>
        new Promise<number>(resolve =>
          navigator.geolocation.getCurrentPosition(
            () => resolve(0),
            error => resolve(error.code),
          ),
        ),
    );
    expect(position).toBe(1);
  });

  test('leave the Copy buttons working', async () => {
    // Without the focus no page may write, whatever its permissions.
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focus());
    await page.bringToFront();
    const written = await page.evaluate(() =>
      navigator.clipboard.writeText('copied').then(
        () => 'written',
        error => String(error),
      ),
    );
    expect(written).toBe('written');
  });
});

describe('the page’s protocol', () => {
  test('sends the policy and its companions with the page', async () => {
    const headers = await page.evaluate(async () => {
      const response = await fetch('/');
      return Object.fromEntries(response.headers);
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  test('keeps inline scripts from running', async () => {
    expect(await page.textContent('#inline')).toBe('not run');
  });

  test('keeps the page from connecting anywhere and from framing anything', async () => {
    const directives = await page.evaluate(async () => {
      const violation = () =>
        new Promise<string>(resolve =>
          document.addEventListener(
            'securitypolicyviolation',
            event => resolve(event.effectiveDirective),
            { once: true },
          ),
        );
      const connecting = violation();
      fetch('https://example.com/telemetry').catch(() => {});
      const connected = await connecting;
      const framing = violation();
      const frame = document.createElement('iframe');
      frame.src = 'https://example.com/';
      document.body.append(frame);
      return [connected, await framing];
    });
    expect(directives).toEqual(['connect-src', 'frame-src']);
  });

  test.each([
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/..%5c..%5cpackage.json',
    '/index.html%00.json',
    '/%',
    '/assets',
    '//etc/hosts.json',
  ])('serves nothing for %s', async path => {
    const answer = await page.evaluate(async target => {
      const response = await fetch(`${location.origin}${target}`);
      return { status: response.status, text: await response.text() };
    }, path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).toBe('');
  });
});

describe('the system’s part', () => {
  test('the file dialog asks for GGUF files and its choice reaches the page', async () => {
    const asked = app.evaluate(
      ({ dialog }) =>
        new Promise<unknown>(resolve => {
          const original = dialog.showOpenDialog;
          Object.assign(dialog, {
            showOpenDialog: async (...args: unknown[]) => {
              dialog.showOpenDialog = original;
              resolve(args.at(-1));
              return { canceled: false, filePaths: ['/models/chosen.gguf'] };
            },
          });
        }),
    );
    const picked = await page.evaluate(async () =>
      window.probe.call(await window.probe.connect(), 'files.pick', {}),
    );
    expect(picked).toEqual({ path: '/models/chosen.gguf' });
    expect(await asked).toMatchObject({ filters: [{ extensions: ['gguf'] }, {}] });
  });

  test('the theme of the settings becomes that of the native parts', async () => {
    const changed = app.evaluate(
      ({ nativeTheme }) =>
        new Promise<string>(resolve =>
          nativeTheme.once('updated', () => resolve(nativeTheme.themeSource)),
        ),
    );
    await page.evaluate(async () => {
      await window.probe.call(await window.probe.connect(), 'settings.update', { theme: 'dark' });
    });
    expect(await changed).toBe('dark');
  });
});
