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
 * Runs one step and prints one line: what it did and how long it took.
 *
 * @template T
 * @param {string} label what the step does
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function runStep(label, work) {
  const started = performance.now();
  // On a terminal the line is there while the step runs and is completed in place; in a log file
  // it appears once.
  const live = process.stdout.isTTY === true;
  if (live) {
    process.stdout.write(`${label} ...`);
  }
  const end = (/** @type {string} */ outcome) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${live ? '\r\x1b[2K' : ''}${label}: ${outcome} ${seconds} s\n`);
  };
  try {
    const result = await work();
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
