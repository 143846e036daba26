import path from 'node:path';
import { runCommand } from './command.mjs';
import { contentHash, isStamped, writeStamp } from './content-stamp.mjs';
import { repositoryRoot } from './repository.mjs';
import { runStep } from './step.mjs';

/** Everything that the built application depends on. */
const BUILD_INPUTS = ['src', 'tools/build', 'package.json', 'package-lock.json'];

const buildStamp = path.join(repositoryRoot, 'dist', '.stamp');

/** A hash over everything that the build reads. */
export async function buildHash() {
  return await contentHash(BUILD_INPUTS);
}

/**
 * Records that dist/ was built from inputs with this hash.
 * @param {string} hash
 */
export async function stampBuild(hash) {
  await writeStamp(buildStamp, hash);
}

/**
 * Builds the application when its sources changed since the last build.
 * @param {string} node
 */
export async function ensureBuild(node) {
  if (isStamped(buildStamp, await buildHash())) {
    return;
  }
  await runStep('build: bundle the app', () =>
    runCommand(node, ['tools/build/build.ts'], {
      advice: 'Run "npm run build" to see the whole message.',
    }),
  );
}
