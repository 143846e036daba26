import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { downloadArtifact } from '@electron/get';
import { runCommand } from './command.mjs';
import { repositoryRoot } from './repository.mjs';
import { SetupError } from './step.mjs';

// The electron package fetches its binary when it is first required: in one go, without a timeout.
// So it is never required here; its files are read instead.

/** Where npm puts the electron package. */
export const electronPackage = path.join(repositoryRoot, 'node_modules', 'electron');

const ADVICE = 'Check the connection and start again, or use the browser shell.';

/** Bounds of the one attempt to fetch, in milliseconds. */
const PATIENCE = { firstByteMs: 8_000, stallMs: 20_000, unpackMs: 120_000 };

/**
 * The Electron executable when the one that the package wants is installed, else undefined.
 *
 * @param {string} [folder] the electron package
 * @param {NodeJS.ProcessEnv} [env]
 */
export function findElectron(folder = electronPackage, env = process.env) {
  const executable = executableName(process.platform);
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const place = path.join(env.ELECTRON_OVERRIDE_DIST_PATH, executable);
    return existsSync(place) ? place : undefined;
  }
  const place = path.join(folder, 'dist', executable);
  const installed =
    readText(path.join(folder, 'dist', 'version'))?.replace(/^v/, '') === wantedVersion(folder) &&
    readText(path.join(folder, 'path.txt')) === executable &&
    existsSync(place);
  return installed ? place : undefined;
}

/**
 * The executable's place inside an Electron archive.
 * @param {NodeJS.Platform} platform
 */
export function executableName(platform) {
  switch (platform) {
    case 'darwin':
      return 'Electron.app/Contents/MacOS/Electron';
    case 'win32':
      return 'electron.exe';
    default:
      return 'electron';
  }
}

/**
 * The Electron version that the package is for.
 * @param {string} [folder] the electron package
 * @returns {string}
 */
export function wantedVersion(folder = electronPackage) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
}

/**
 * Fetches the Electron binary and unpacks it where the electron package expects it. One attempt:
 * given up when nothing arrives within the patience.
 *
 * @param {{ folder?: string, report?: (fraction: number) => void,
 *   patience?: { firstByteMs: number, stallMs: number, unpackMs: number } }} [options]
 * @returns {Promise<string>} the executable
 * @throws {SetupError}
 */
export async function fetchElectron({
  folder = electronPackage,
  report = () => {},
  patience = PATIENCE,
} = {}) {
  const version = wantedVersion(folder);
  const controller = new AbortController();
  const giveUpAfter = (/** @type {number} */ ms, /** @type {string} */ what) =>
    setTimeout(() => controller.abort(new Error(`${what} for ${ms / 1000} s`)), ms);
  let timer = giveUpAfter(patience.firstByteMs, 'the server did not answer');
  try {
    const remote = process.env.electron_use_remote_checksums;
    await downloadArtifact({
      version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      ...(process.env.electron_config_cache
        ? { cacheRoot: process.env.electron_config_cache }
        : {}),
      ...(remote
        ? {}
        : { checksums: JSON.parse(readFileSync(path.join(folder, 'checksums.json'), 'utf8')) }),
      downloadOptions: {
        quiet: true,
        signal: controller.signal,
        getProgressCallback: async (/** @type {{ percent: number }} */ progress) => {
          clearTimeout(timer);
          timer = giveUpAfter(patience.stallMs, 'nothing arrived');
          report(progress.percent);
        },
      },
    });
  } catch (error) {
    throw new SetupError(`Electron ${version} could not be fetched: ${reasonOf(error)}.`, ADVICE);
  } finally {
    clearTimeout(timer);
  }
  // The package's own installer finds the archive in the cache, checks it and unpacks it.
  await runCommand(process.execPath, [path.join(folder, 'install.js')], {
    advice: ADVICE,
    cwd: folder,
    timeoutMs: patience.unpackMs,
  });
  const executable = findElectron(folder);
  if (executable === undefined) {
    throw new SetupError(`Electron ${version} was fetched but could not be unpacked.`, ADVICE);
  }
  return executable;
}

/** @param {unknown} error */
function reasonOf(error) {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** @param {string} file */
function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
