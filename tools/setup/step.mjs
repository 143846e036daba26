/** A set-up step that cannot go on, with what the person at the keyboard can do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message what happened, in one or a few plain lines
   * @param {string} advice what to do next
   */
  constructor(message, advice) {
    super(message);
    this.name = 'SetupError';
    this.advice = advice;
  }
}

/**
 * Runs one step and prints one line: what it did and how long it took. On a terminal the line is
 * there while the step runs, with its progress, and is completed in place; in a log it appears at
 * the end, after one line for each quarter of a step that reports progress.
 *
 * @template T
 * @param {string} label what the step does
 * @param {(report: (fraction: number) => void) => Promise<T>} work `report` takes 0 to 1
 * @returns {Promise<T>}
 */
export async function runStep(label, work) {
  const started = performance.now();
  const live = process.stdout.isTTY === true;
  let shown = 0;
  const report = (/** @type {number} */ fraction) => {
    const percent = Math.floor(fraction * 100);
    if (percent < shown + (live ? 1 : 25)) {
      return;
    }
    shown = live ? percent : percent - (percent % 25);
    process.stdout.write(live ? `\r\x1b[2K${label} ... ${shown} %` : `${label}: ${shown} %\n`);
  };
  const end = (/** @type {string} */ outcome) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${live ? '\r\x1b[2K' : ''}${label}: ${outcome} ${seconds} s\n`);
  };
  if (live) {
    process.stdout.write(`${label} ...`);
  }
  try {
    const result = await work(report);
    end('done in');
    return result;
  } catch (error) {
    end('failed after');
    throw error;
  }
}

/**
 * The whole of a set-up command: runs it, and turns a failing step into its message, its advice
 * and exit code 1.
 *
 * @param {() => Promise<number>} main answers the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n${error.advice}\n`);
    process.exitCode = 1;
  }
}
