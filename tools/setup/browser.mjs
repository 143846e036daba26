import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { packageCommand } from './package-command.mjs';
import { repositoryRoot } from './repository.mjs';
import { runStep, SetupError } from './step.mjs';

/** Where a browser goes that the project had to bring itself; ignored by git. */
const ownBrowsers = path.join(repositoryRoot, '.runtime', 'browsers');

const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const MAC_APPLICATIONS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_APPLICATIONS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

const ADVICE =
  'Install Chrome, Chromium or Edge, or set HEADROOM_BROWSER to the path of one, then run the same command again.';

/**
 * The executable of a Chromium browser: the one named by HEADROOM_BROWSER, else an installed one,
 * else one that the set-up brought. Undefined when there is none.
 *
 * @param {{ env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform,
 *   exists?: (file: string) => boolean }} [machine]
 */
export function findBrowser({
  env = process.env,
  platform = process.platform,
  exists = existsSync,
} = {}) {
  if (env.HEADROOM_BROWSER) {
    return exists(env.HEADROOM_BROWSER) ? env.HEADROOM_BROWSER : undefined;
  }
  return [...installedPlaces(env, platform), ...broughtBrowsers()].find(place => exists(place));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
function installedPlaces(env, platform) {
  switch (platform) {
    case 'darwin':
      return ['/Applications', path.join(env.HOME ?? '/', 'Applications')].flatMap(folder =>
        MAC_APPLICATIONS.map(application => path.posix.join(folder, application)),
      );
    case 'win32':
      return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
        .filter(folder => folder !== undefined)
        .flatMap(folder =>
          WINDOWS_APPLICATIONS.map(application => path.win32.join(folder, application)),
        );
    default:
      return (env.PATH ?? '')
        .split(':')
        .filter(folder => folder !== '')
        .flatMap(folder => COMMANDS.map(command => path.posix.join(folder, command)));
  }
}

/** @returns {string[]} */
function broughtBrowsers() {
  if (!existsSync(ownBrowsers)) {
    return [];
  }
  return readdirSync(ownBrowsers, { recursive: true, encoding: 'utf8' })
    .filter(file => /(^|[\\/])(chrome|chrome\.exe|Chromium|Google Chrome for Testing)$/.test(file))
    .filter(file => /^chromium-/.test(file))
    .map(file => path.join(ownBrowsers, file));
}

/**
 * Finds or brings a browser for the tests and names it in HEADROOM_BROWSER.
 * @throws {SetupError} when there is none and none can be had
 */
export async function ensureBrowser() {
  if (process.env.HEADROOM_BROWSER && findBrowser() === undefined) {
    throw new SetupError(
      `HEADROOM_BROWSER names ${process.env.HEADROOM_BROWSER}, which does not exist.`,
      'Correct it, or unset it to let the set-up look for a browser.',
    );
  }
  if (usesApt() && spawnSync('fc-list', { encoding: 'utf8' }).stdout?.trim() === '') {
    await runStep('fonts: install fonts-liberation', () => installPackages(['fonts-liberation']));
  }
  const browser = findBrowser() ?? (await bringBrowser());
  process.env.HEADROOM_BROWSER = browser;
}

async function bringBrowser() {
  if (usesApt()) {
    try {
      await runStep('browser: install chromium', () =>
        installPackages(['chromium', 'fonts-liberation']),
      );
      const installed = findBrowser();
      // On Ubuntu the package is a signpost to a snap, which is there but does not run.
      if (installed !== undefined && spawnSync(installed, ['--version']).status === 0) {
        return installed;
      }
    } catch (error) {
      if (!(error instanceof SetupError)) {
        throw error;
      }
    }
  }
  await runStep('browser: fetch Chromium (playwright-core)', () =>
    runCommand(process.execPath, [packageCommand('playwright-core'), 'install', 'chromium'], {
      advice: ADVICE,
      env: { ...process.env, PLAYWRIGHT_BROWSERS_PATH: ownBrowsers },
    }),
  );
  const [fetched] = broughtBrowsers();
  if (fetched === undefined) {
    throw new SetupError('The fetched browser is not where it was expected.', ADVICE);
  }
  return fetched;
}

function usesApt() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** @param {string[]} names */
async function installPackages(names) {
  const options = { advice: ADVICE, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await runCommand('apt-get', ['update'], options);
  await runCommand('apt-get', ['install', '-y', '--no-install-recommends', ...names], options);
}
