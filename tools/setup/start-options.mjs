import path from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from './step.mjs';

export const START_HELP = `npm start [-- OPTIONS]
Does all the set-up that is needed and opens Headroom with a model ready to chat.

  --model FILE       load this GGUF file instead of the last one used
  --browser          open the browser shell even where Electron is there
  --no-open          browser shell: print the address, open nothing
  --port N           browser shell: listen on this port
  --fetch-electron   try to fetch Electron again after an attempt that failed
  --no-sandbox       run Electron without its sandbox (needed as root on Linux)
  --help             this text
`;

/**
 * @typedef {{ browser: boolean, open: boolean, fetchElectron: boolean, sandbox: boolean,
 *   help: boolean, model: string | undefined, port: number | undefined }} StartOptions
 */

/**
 * @param {readonly string[]} args
 * @param {string} folder what a relative model path is relative to
 * @returns {StartOptions}
 * @throws {SetupError}
 */
export function parseStartOptions(args, folder) {
  const { values } = parseOrExplain(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new SetupError(
      `"${values.port}" is not a port.`,
      'Give a number from 0 (any free port) to 65535.',
    );
  }
  return {
    browser: values.browser ?? false,
    open: !(values['no-open'] ?? false),
    fetchElectron: values['fetch-electron'] ?? false,
    sandbox: !(values['no-sandbox'] ?? false),
    help: values.help ?? false,
    model: values.model === undefined ? undefined : path.resolve(folder, values.model),
    port,
  };
}

/** @param {readonly string[]} args */
function parseOrExplain(args) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        browser: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        'fetch-electron': { type: 'boolean' },
        'no-sandbox': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        model: { type: 'string' },
        port: { type: 'string' },
      },
    });
  } catch (error) {
    throw new SetupError(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error),
      'See "npm start -- --help".',
    );
  }
}
