import { readdir } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { tuneResultSchema } from '#shared/tune/tune.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { runCommand, startCommand } from './command-line-run.ts';

const nothingLeft = { leftFiles: [], leftProcesses: false };
const few = [
  ...['--threads', '1', '--backend', 'cpu', '--context', '512'],
  ...['--depth', '16', '--prompt', '16', '--gen', '4'],
];

describe('tune', () => {
  test('--json prints every trial, the choice and the sentences', async () => {
    const outcome = await runCommand(['tune', await ensureModel('tiny'), ...few, '--json']);
    expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
    const result = tuneResultSchema.parse(JSON.parse(outcome.stdout));
    expect(result.trials.length).toBeGreaterThan(3);
    expect(result.start).toMatchObject({
      limit: null,
      options: { contextLength: 512, threads: 1 },
    });
    expect(['improved', 'keep']).toContain(result.outcome);
    if (result.outcome === 'keep') expect(result.choice?.options).toEqual(result.start.options);
  });

  test('a budget that nothing keeps would end as if there were a choice', async () => {
    const args = ['--budget', '1MiB', '--time', '1'];
    const outcome = await runCommand(['tune', await ensureModel('tiny'), ...few, ...args]);
    expect(outcome).toMatchObject({ exitCode: 1, ...nothingLeft });
    expect(outcome.stdout).toContain('and the budget is 1.00 MiB');
    expect(outcome.stdout).toMatch(/This context with cache q4_0: .* planned, over the budget/);
  });

  test.skipIf(process.platform === 'win32')(
    'Ctrl+C ends it with nothing left, and no result that looks whole',
    async () => {
      const file = await ensureModel('tiny');
      const long = ['--gen', '2000', '--context', '4096', '--threads', '1', '--backend', 'cpu'];
      const run = await startCommand(['tune', file, ...long, '--json']);
      await vi.waitFor(async () => {
        const names = await readdir(run.temporary, { recursive: true });
        // In the middle of a measurement, and not of the engine's start.
        if (!names.some(name => name.endsWith('.state')))
          throw new Error('nothing is measured yet');
      }, 60_000);
      run.interrupt();
      expect(await run.outcome).toMatchObject({ exitCode: 130, stdout: '', ...nothingLeft });
    },
  );

  test.each([
    [['--budget', 'much'], 'Expected a size above 0'],
    [['--time', '0'], 'Expected a number of seconds above 0'],
    [['--floor', 'none'], 'Expected a number from 0'],
    [['--gen', '1'], 'Expected a number of tokens from 2 to 4096'],
  ])('%j ends without a sentence that helps', async (args, sentence) => {
    const outcome = await runCommand(['tune', 'model.gguf', ...args]);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '', ...nothingLeft });
    expect(outcome.stderr).toContain(sentence);
  });
});
