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
  if (!existsSync(tallyFile)) {
    process.stdout.write('The test run ended before it was complete.\n0 passed, 1 failed\n');
    return code === 0 ? 1 : code;
  }
  const { passed, failed, skipped } = JSON.parse(readFileSync(tallyFile, 'utf8'));
  if (passed + failed === 0) {
    process.stdout.write('No test ran.\n');
  }
  const more = skipped > 0 ? `, ${skipped} skipped` : '';
  process.stdout.write(`${passed} passed, ${failed} failed${more}\n`);
  return code === 0 && (failed > 0 || passed === 0) ? 1 : code;
}
