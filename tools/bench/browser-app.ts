import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '..', '..');
const startDeadlineMs = 60_000;

export interface BrowserApp extends AsyncDisposable {
  readonly page: Page;
  readonly browserVersion: string;
}

export interface BrowserAppOptions {
  readonly modelPath: string;
  /** CSS pixels. */
  readonly viewport: { readonly width: number; readonly height: number };
}

/**
 * The built application in its browser shell, with a data folder of its own, open in a Chromium that
 * renders in software: the slowest machine that the app is meant for.
 *
 * @throws when the app does not say where it runs within a minute, or no Chromium is found
 */
export async function openBrowserApp(options: BrowserAppOptions): Promise<BrowserApp> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'headroom-bench-'));
  let server: ChildProcess | undefined;
  let browser: Browser | undefined;
  const dispose = async () => {
    await browser?.close();
    if (server !== undefined) await end(server);
    await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    const started = await startServer(options.modelPath, dataDirectory);
    server = started.server;
    browser = await chromium.launch({
      executablePath: process.env.HEADROOM_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const page = await browser.newPage({ viewport: options.viewport });
    await page.goto(started.url);
    return { page, browserVersion: browser.version(), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function startServer(modelPath: string, dataDirectory: string) {
  const command = path.join(root, 'bin', 'headroom.js');
  const server = spawn(
    process.execPath,
    [command, 'serve', '--no-open', '--json', '--model', modelPath, '--data', dataDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const deadline = setTimeout(() => server.kill(), startDeadlineMs);
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const { url } = JSON.parse(line);
      if (typeof url === 'string') return { server, url };
    }
    throw new Error('The app ended before it said where it runs.');
  } finally {
    clearTimeout(deadline);
  }
}

/** Asks the app to end, so that it ends its engine too. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise(resolve => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exited;
}
