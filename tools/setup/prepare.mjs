import { ensureBuild } from './application.mjs';
import { runForeground } from './command.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureRuntime } from './runtime.mjs';

/**
 * Everything that a fresh clone needs before the app can run, then `main`, which runs on the
 * project's Node: when this process is an older one, the script is started again on that.
 *
 * @param {() => Promise<number>} main answers the exit code
 * @returns {Promise<number>} the exit code
 * @throws {import('./step.mjs').SetupError}
 */
export async function prepare(main) {
  const node = await ensureRuntime();
  await ensureDependencies();
  if (node !== process.execPath) {
    return await runForeground(node, process.argv.slice(1));
  }
  await ensureBuild(node);
  return await main();
}
