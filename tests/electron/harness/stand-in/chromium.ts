import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Devtools } from './devtools.ts';

const found = Promise.withResolvers<string>();
/** Where the test connects to the same Chromium, as it would to any browser. */
export const endpoint = found.promise;

const profile = mkdtempSync(join(tmpdir(), 'headroom-harness-'));

/** The pipe also ties the two lives together: Chromium ends when this process does, however it does. */
function start(): ChildProcess {
  const executable = process.env.HEADROOM_BROWSER;
  if (executable === undefined) throw new Error('HEADROOM_BROWSER does not name a browser.');
  return spawn(
    executable,
    [
      '--headless=new',
      '--remote-debugging-pipe',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--no-startup-window',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-extensions',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      // Electron's pages have the close event of message ports; a browser's do not.
      '--enable-blink-features=MessagePortCloseEvent',
      '--password-store=basic',
      // Windows open as the page asks, and are refused by the app's own handler.
      '--disable-popup-blocking',
      // Nothing of a test ever leaves the machine.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
}

const child = start();
const ended = once(child, 'exit');
child.stderr?.setEncoding('utf8').on('data', (text: string) => {
  const match = /DevTools listening on (ws:\S+)/.exec(text);
  if (match?.[1] !== undefined) found.resolve(match[1]);
});
child.once('exit', code => found.reject(new Error(`Chromium ended with code ${code}`)));
// The rejection is for whoever waits for the endpoint; nobody may be.
endpoint.catch(() => {});

const [, , , toBrowser, fromBrowser] = child.stdio;
if (!(toBrowser instanceof Writable) || !(fromBrowser instanceof Readable)) {
  throw new Error('Chromium was started without its debugging pipe.');
}
export const devtools = new Devtools(toBrowser, fromBrowser);
export const browser = devtools.session();

export async function closeChromium(): Promise<void> {
  const closing = browser.send('Browser.close');
  await Promise.race([Promise.all([closing, ended]), ended]);
  rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
}
