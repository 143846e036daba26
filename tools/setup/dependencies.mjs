import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { npmCommand, runCommand } from './command.mjs';
import { isStamped, writeStamp } from './content-stamp.mjs';
import { repositoryRoot } from './repository.mjs';
import { runStep, SetupError } from './step.mjs';

/** What npm prints when it was the network that failed. */
const NETWORK_FAILURE =
  /ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|ERR_SOCKET_TIMEOUT|network|FETCH_ERROR/i;

/**
 * Installs the dependencies from the lockfile, unless what is installed agrees with it.
 * @throws {SetupError}
 */
export async function ensureDependencies() {
  const lockText = readFileSync(path.join(repositoryRoot, 'package-lock.json'), 'utf8');
  const stampFile = path.join(repositoryRoot, 'node_modules', '.headroom-lockfile');
  const hash = createHash('sha256')
    .update(`${process.platform} ${process.arch}\n${lockText}`)
    .digest('hex');
  if (isStamped(stampFile, hash)) {
    return;
  }
  if (!isInstalled(lockText)) {
    await runStep('dependencies: install from the lockfile (npm ci)', installWithRetry);
  }
  await writeStamp(stampFile, hash);
}

async function installWithRetry() {
  const npm = npmCommand();
  const install = () =>
    runCommand(npm.command, [...npm.args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      advice:
        'Check the connection to the package registry and the free disk space (1.5 GB), then run the same command again.',
    });
  try {
    await install();
  } catch (error) {
    if (!(error instanceof SetupError) || !NETWORK_FAILURE.test(error.message)) {
      throw error;
    }
    await install();
  }
}

/**
 * Whether npm's own record of what it installed (`node_modules/.package-lock.json`, written last)
 * holds every package of the lockfile. So a person who ran `npm ci` does not wait for it twice.
 * @param {string} lockText
 */
function isInstalled(lockText) {
  const record = path.join(repositoryRoot, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) {
    return false;
  }
  const wanted = packagesOf(lockText);
  const installed = packagesOf(readFileSync(record, 'utf8'));
  // Optional packages are those of other platforms, as a rule; npm left them out on purpose.
  return Object.entries(wanted).every(
    ([place, entry]) =>
      place === '' || entry.optional === true || installed[place]?.version === entry.version,
  );
}

/**
 * @param {string} lockText
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(lockText) {
  return JSON.parse(lockText).packages ?? {};
}
