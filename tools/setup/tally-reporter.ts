import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import type { Tally } from './tally.mjs';

/** Writes the tally of a run to the file that HEADROOM_TALLY names, for the last line of npm test. */
class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.HEADROOM_TALLY;
    if (file !== undefined) {
      writeFileSync(file, JSON.stringify(tallyOf(modules, unhandledErrors)));
    }
  }
}

function tallyOf(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): Tally {
  let passed = 0;
  let skipped = 0;
  let failed = unhandledErrors.length;
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') {
        passed += 1;
      } else if (state === 'failed') {
        failedHere += 1;
      } else {
        skipped += 1;
      }
    }
    failed += module.state() === 'failed' ? Math.max(failedHere, 1) : failedHere;
  }
  return { passed, failed, skipped };
}

// biome-ignore lint/style/noDefaultExport: the test runner looks for a reporter there
export default TallyReporter;
