// node tools/setup/with-runtime.mjs COMMAND [ARGUMENT...]
// Runs a command on a Node that runs the project, whatever Node npm itself was started with.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runForeground } from './command.mjs';
import { packageCommand } from './package-command.mjs';
import { repositoryRoot } from './repository.mjs';
import { ensureRuntime } from './runtime.mjs';
import { runMain, SetupError } from './step.mjs';

const [command, ...args] = process.argv.slice(2);

await runMain(async () => {
  const node = await ensureRuntime();
  if (!existsSync(path.join(repositoryRoot, 'node_modules'))) {
    throw new SetupError('The dependencies are not installed yet.', 'Run "npm run setup" first.');
  }
  if (command === undefined) {
    throw new SetupError(
      'There is no command to run.',
      'Give one: node tools/setup/with-runtime.mjs COMMAND [ARGUMENT...]',
    );
  }
  return await runForeground(node, command === 'node' ? args : [packageCommand(command), ...args]);
});
