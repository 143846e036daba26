// npm test [-- vitest arguments]: all the set-up that is needed, a browser included, then every
// test. The last line is always the tally.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { runForeground } from './command.mjs';
import { packageCommand } from './package-command.mjs';
import { prepare } from './prepare.mjs';
import { repositoryRoot } from './repository.mjs';
import { runMain } from './step.mjs';
import { verdictOf } from './tally.mjs';

const tallyFile = path.join(repositoryRoot, 'build', 'test', 'tally.json');

await runMain(() => prepare(runTests));

async function runTests() {
  await ensureBrowser();
  mkdirSync(path.dirname(tallyFile), { recursive: true });
  rmSync(tallyFile, { force: true });
  const code = await runForeground(
    process.execPath,
    [
      packageCommand('vitest'),
      'run',
      '--reporter=default',
      '--reporter=./tools/setup/tally-reporter.ts',
      ...process.argv.slice(2),
    ],
    { cwd: repositoryRoot, env: { ...process.env, HEADROOM_TALLY: tallyFile } },
  );
  return report(code);
}

/**
 * Prints the tally; answers the exit code.
 * @param {number} code vitest's own
 */
function report(code) {
  const tally = existsSync(tallyFile) ? JSON.parse(readFileSync(tallyFile, 'utf8')) : undefined;
  const verdict = verdictOf(tally, code);
  process.stdout.write(`${verdict.lines.join('\n')}\n`);
  return verdict.code;
}
