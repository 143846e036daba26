import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { repositoryRoot } from './repository.mjs';
import { SetupError } from './step.mjs';

/** How much of a failed command's output is worth showing: npm says why first, others last. */
const SHOWN_LINES = { first: 6, last: 12 };

/**
 * Runs a command quietly to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ advice: string, cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} options
 *   `advice`: what to do when the command fails
 * @throws {SetupError} with the end of the command's output when it fails
 */
export async function runCommand(command, args, options) {
  const shown = [path.basename(command), ...args.map(arg => path.basename(arg))].join(' ');
  const child = spawn(command, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  let output = '';
  const collect = (/** @type {string} */ text) => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  const outcome = await new Promise(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? '' : `ended with ${signal ?? code}`),
    );
  });
  if (outcome !== '') {
    const shownOutput = summarize(stripVTControlCharacters(output));
    throw new SetupError(`${shown}: ${outcome}\n${shownOutput}`.trimEnd(), options.advice);
  }
}

/**
 * The beginning and the end of a long output.
 * @param {string} output
 */
function summarize(output) {
  const lines = output.trimEnd().split('\n');
  return lines.length <= SHOWN_LINES.first + SHOWN_LINES.last
    ? lines.join('\n')
    : [...lines.slice(0, SHOWN_LINES.first), '...', ...lines.slice(-SHOWN_LINES.last)].join('\n');
}

/**
 * Runs a command in the foreground of this one: same terminal, interrupts passed on.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} the exit code; 127 when the command cannot be started
 */
export async function runForeground(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    stdio: 'inherit',
  });
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of signals) {
    process.on(signal, forward);
  }
  const orphaned = watchParent(() => child.kill('SIGTERM'));
  try {
    return await new Promise(resolve => {
      child.once('error', error => {
        process.stderr.write(`${path.basename(command)}: ${error.message}\n`);
        resolve(127);
      });
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15)));
    });
  } finally {
    clearInterval(orphaned);
    for (const signal of signals) {
      process.off(signal, forward);
    }
  }
}

/**
 * Calls `onGone` when npm, having started this process, is gone: npm ends on a termination signal
 * without passing it on, and the app would stay behind.
 *
 * @param {() => void} onGone
 * @returns {NodeJS.Timeout | undefined}
 */
function watchParent(onGone) {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined || parent === 1) {
    return undefined;
  }
  return setInterval(() => {
    if (process.ppid !== parent) {
      onGone();
    }
  }, 1_000).unref();
}

/**
 * How to start npm without a shell. npm runs on the Node it came with, not on the project's own:
 * its machine-wide configuration (proxies, certificates) is looked up beside that Node.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand(env = process.env) {
  if (env.npm_execpath?.endsWith('.js') && env.npm_node_execpath) {
    return { command: env.npm_node_execpath, args: [env.npm_execpath] };
  }
  const beside = path.dirname(process.execPath);
  const places = [
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = places.find(place => existsSync(place));
  return script === undefined
    ? { command: 'npm', args: [] }
    : { command: process.execPath, args: [script] };
}
