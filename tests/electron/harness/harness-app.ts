import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { LaunchedApp, LaunchOptions } from './launch-app.ts';
import { LogLines } from './log-lines.ts';
import type { ControlReply, ControlRequest } from './stand-in/control.ts';

const register = new URL('./stand-in/register.ts', import.meta.url).href;

/** Longer than the app itself may take to stop. */
const closeDeadlineMs = 20_000;

/** The app's real bundle in a plain Node, with a stand-in for `electron` on a real Chromium. */
export async function launchInHarness(
  browserExecutable: string,
  { appDirectory, args = [], environment }: LaunchOptions,
): Promise<LaunchedApp> {
  const manifest = JSON.parse(readFileSync(join(appDirectory, 'package.json'), 'utf8'));
  const child = fork(join(appDirectory, manifest.main), [...args], {
    execArgv: ['--import', register],
    env: { ...process.env, ...environment, HEADROOM_BROWSER: browserExecutable },
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  const { stderr, pid } = child;
  if (stderr === null || pid === undefined) throw new Error('The app could not be started.');
  const log = new LogLines(stderr, exited);
  const control = new Control(child, exited, log);

  let browser: Promise<Browser> | undefined;
  const close = async () => {
    const running = await browser?.catch(() => undefined);
    // Only Playwright's connection: Chromium belongs to the app.
    await running?.close();
    control.send({ type: 'quit' });
    const deadline = setTimeout(() => child.kill('SIGKILL'), closeDeadlineMs);
    await exited;
    clearTimeout(deadline);
  };
  return {
    kind: 'harness',
    pageOrigin: 'https://headroom.app.test',
    processId: pid,
    evaluate: (run, argument) => control.evaluate(run, argument),
    async firstWindow() {
      browser ??= control.endpoint.then(url => chromium.connectOverCDP(url));
      return await firstPage(await browser);
    },
    logged: pattern => log.waitFor(pattern),
    exited,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function firstPage(browser: Browser): Promise<Page> {
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('Chromium has no window.');
  return context.pages()[0] ?? (await context.waitForEvent('page'));
}

/** The line that `stand-in/control.ts` answers. */
class Control {
  readonly endpoint: Promise<string>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 1;

  constructor(child: ChildProcess, exited: Promise<unknown>, log: LogLines) {
    this.#child = child;
    const endpoint = Promise.withResolvers<string>();
    this.endpoint = endpoint.promise;
    this.endpoint.catch(() => {});
    child.on('message', (reply: ControlReply) => {
      if (reply.type === 'browser') endpoint.resolve(reply.endpoint);
      else {
        const pending = this.#pending.get(reply.id);
        this.#pending.delete(reply.id);
        if (reply.type === 'result') pending?.resolve(reply.value);
        else pending?.reject(new Error(reply.message));
      }
    });
    void exited.then(() => {
      const error = new Error(`The app has ended.\n${log}`);
      endpoint.reject(error);
      for (const pending of this.#pending.values()) pending.reject(error);
    });
  }

  send(request: ControlRequest): void {
    if (this.#child.connected) this.#child.send(request, () => {});
  }

  async evaluate<R>(run: (...args: never[]) => R | Promise<R>, argument: unknown): Promise<R> {
    const id = this.#nextId++;
    const pending = Promise.withResolvers<unknown>();
    this.#pending.set(id, pending);
    this.send({ type: 'evaluate', id, source: run.toString(), argument });
    // Parsed boundary: it is what `run` returned, copied.
    return (await pending.promise) as R;
  }
}
