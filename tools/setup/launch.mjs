import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runForeground } from './command.mjs';
import { fetchElectron, findElectron, wantedVersion } from './electron-binary.mjs';
import { repositoryRoot } from './repository.mjs';
import { chooseShell, hasDisplay } from './shell-choice.mjs';
import { runStep, SetupError } from './step.mjs';

/** An Electron that ends with a failure this soon never showed a window. */
const STARTED_AFTER_MS = 4_000;
/** How long a failed attempt to fetch Electron is remembered. */
const REMEMBER_FAILURE_MS = 3_600_000;

const failureFile = path.join(repositoryRoot, 'build', 'electron-fetch-failed.json');

/**
 * Opens the app in Electron where that can be had, else in the browser shell, saying why.
 *
 * @param {import('./start-options.mjs').StartOptions} options
 * @returns {Promise<number>} the exit code of the app
 */
export async function launch(options) {
  const electron = findElectron();
  const choice = chooseShell(options, {
    platform: process.platform,
    hasDisplay: hasDisplay(process.platform, process.env),
    isRoot: process.getuid?.() === 0,
    electron,
    failedFetch: readFailure(),
  });
  const executable = choice.shell === 'fetch' ? await tryToFetch() : electron;
  if (choice.shell !== 'browser' && executable !== undefined) {
    const code = await runElectron(executable, options);
    if (code !== undefined) {
      return code;
    }
    process.stdout.write('Electron did not start: using the browser shell.\n');
  }
  if (choice.because !== undefined) {
    process.stdout.write(`${choice.because}\n`);
  }
  return await runBrowserShell(options);
}

/** @returns {Promise<string | undefined>} the executable */
async function tryToFetch() {
  try {
    const executable = await runStep(`Electron ${wantedVersion()}: fetch`, report =>
      fetchElectron({ report }),
    );
    rmSync(failureFile, { force: true });
    return executable;
  } catch (error) {
    if (!(error instanceof SetupError)) {
      throw error;
    }
    mkdirSync(path.dirname(failureFile), { recursive: true });
    const failure = { version: wantedVersion(), at: Date.now(), reason: error.message };
    writeFileSync(failureFile, JSON.stringify(failure));
    process.stdout.write(`${error.message.split('\n')[0]} Using the browser shell.\n`);
    return undefined;
  }
}

function readFailure() {
  if (!existsSync(failureFile)) {
    return undefined;
  }
  const { version, at, reason } = JSON.parse(readFileSync(failureFile, 'utf8'));
  const age = Date.now() - at;
  return version === wantedVersion() && age >= 0 && age < REMEMBER_FAILURE_MS
    ? { reason: reason.split('\n')[0].replace(/\.$/, ''), minutesAgo: Math.round(age / 60_000) }
    : undefined;
}

/**
 * @param {string} executable
 * @param {import('./start-options.mjs').StartOptions} options
 * @returns {Promise<number | undefined>} the exit code; undefined when it never came up
 */
async function runElectron(executable, options) {
  const args = [repositoryRoot];
  if (options.model !== undefined) {
    args.push('--model', options.model);
  }
  if (!options.sandbox) {
    process.stdout.write('Electron runs without its sandbox, as asked.\n');
    args.unshift('--no-sandbox');
  }
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const started = performance.now();
  const code = await runForeground(executable, args, { env });
  return code !== 0 && performance.now() - started < STARTED_AFTER_MS ? undefined : code;
}

/** @param {import('./start-options.mjs').StartOptions} options */
async function runBrowserShell(options) {
  const args = ['serve'];
  if (options.model !== undefined) {
    args.push('--model', options.model);
  }
  if (options.port !== undefined) {
    args.push('--port', String(options.port));
  }
  if (!options.open || !hasDisplay(process.platform, process.env)) {
    args.push('--no-open');
  }
  const script = path.join(repositoryRoot, 'dist', 'cli', 'cli.js');
  return await runForeground(process.execPath, [script, ...args]);
}
