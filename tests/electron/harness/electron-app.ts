import { once } from 'node:events';
import { _electron } from 'playwright-core';
import type { LaunchedApp, LaunchOptions } from './launch-app.ts';
import { LogLines } from './log-lines.ts';

/** The app in the real Electron, driven by Playwright. */
export async function launchInElectron(
  executable: string,
  { appDirectory, args = [], environment }: LaunchOptions,
): Promise<LaunchedApp> {
  const { ELECTRON_RUN_AS_NODE: _, ...inherited } = process.env;
  const application = await _electron.launch({
    executablePath: executable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), appDirectory, ...args],
    env: { ...definedOnly(inherited), ...environment },
  });
  const child = application.process();
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  const { stderr, pid } = child;
  if (stderr === null || pid === undefined) throw new Error('Electron was started without pipes.');
  const log = new LogLines(stderr, exited);
  return {
    kind: 'electron',
    pageOrigin: 'app://headroom',
    processId: pid,
    evaluate: (run, argument) =>
      // Playwright types the argument as serializable handles; ours is plain data.
      application.evaluate(run as never, argument as never),
    firstWindow: () => application.firstWindow(),
    logged: pattern => log.waitFor(pattern),
    exited,
    async close() {
      await application.close();
      await exited;
    },
    [Symbol.asyncDispose]: () => application.close(),
  };
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}
