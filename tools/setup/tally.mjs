/**
 * How a whole test run went. A file that cannot be loaded counts as one failed test.
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 */

/**
 * The last lines of a test run, the tally being the very last, and its exit code. A run that did
 * not get to its end, or in which nothing ran, has failed whatever the runner says.
 *
 * @param {Tally | undefined} tally undefined when the run ended before it was complete
 * @param {number} code the runner's own exit code
 * @returns {{ lines: string[], code: number }}
 */
export function verdictOf(tally, code) {
  if (tally === undefined) {
    return {
      lines: ['The test run ended before it was complete.', '0 passed, 1 failed'],
      code: code === 0 ? 1 : code,
    };
  }
  const { passed, failed, skipped } = tally;
  return {
    lines: [
      ...(passed + failed === 0 ? ['No test ran.'] : []),
      `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    ],
    code: code === 0 && (failed > 0 || passed === 0) ? 1 : code,
  };
}
