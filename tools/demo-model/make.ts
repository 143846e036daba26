/**
 * `npm run demo-model [-- --refine]`: corpus -> resources/demo-model.gguf and its card, most of an hour on
 * two cores. With --refine it goes on from the published model: a quarter of an hour.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runTrainer } from './training/trainer.ts';

const { refine } = parseArgs({ options: { refine: { type: 'boolean', default: false } } }).values;

await run('training/prepare.ts', ...(refine ? ['--refine'] : []));
await runTrainer(refine ? 'refine' : 'train');
await run('export/export.ts');
await run('card.ts');

/** Each step in a process of its own: what it needs in memory is gone before the next begins. */
async function run(script: string, ...options: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...options], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${script} ended with exit code ${code}.`);
}
