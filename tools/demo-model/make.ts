/** `npm run demo-model`: corpus -> resources/demo-model.gguf and its card, most of an hour on two cores. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runTrainer } from './training/trainer.ts';

await run('training/prepare.ts');
await runTrainer('train');
await run('export/export.ts');
await run('card.ts');

/** Each step in a process of its own: what it needs in memory is gone before the next begins. */
async function run(script: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${script} ended with exit code ${code}.`);
}
