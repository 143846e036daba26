import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { outputMeasurementSchema } from '#shared/compare/output-measurement.ts';
import { parallelResultSchema } from '#shared/compare/parallel.ts';
import { runCommand } from './command-line-run.ts';

const nothingLeft = { leftFiles: [], leftProcesses: false };
const builtIn = join(import.meta.dirname, '..', '..', 'resources', 'demo-model.gguf');
const quick = ['--threads', '1', '--backend', 'cpu'];

test('bench --sequences would measure speed as well, print no figures, or lose what they say', async () => {
  const sequences = ['--sequences', '1,4', '--prompt', '0', '--gen', '0', '--reps', '5'];
  const asked = ['bench', builtIn, '--cache', 'f16', ...sequences, ...quick];
  const outcome = await runCommand([...asked, '--json']);
  expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
  const { rows, parallel } = z
    .object({
      rows: z.array(z.unknown()),
      parallel: parallelResultSchema.extend({ findings: z.array(z.string()) }),
    })
    .parse(JSON.parse(outcome.stdout));
  expect(rows).toEqual([]);
  expect(parallel.findings).toEqual([expect.stringContaining('f16: 4 sequences at once')]);
  expect(parallel.configurations).toMatchObject([
    { counts: [{ sequences: 1, tokensPerSecond: { samples: { length: 5 } } }, { sequences: 4 }] },
  ]);
  const refused = await runCommand(['bench', builtIn, '--sequences', '17']);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('numbers from 1 to 16');
});

test('compare --prompt would print no answers, or hold them against nothing', async () => {
  const asked = ['compare', builtIn, '--cache', 'q4_0', '--tokens', '50', ...quick];
  const outcome = await runCommand([...asked, '--prompt', 'What is a KV cache?', '--json']);
  expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
  const written = outputMeasurementSchema.extend({
    text: z.string(),
    firstDivergence: z.int().nullable(),
  });
  const { outputs } = z.object({ outputs: z.array(written) }).parse(JSON.parse(outcome.stdout));
  expect(outputs).toHaveLength(2);
  for (const { text, tokens, firstDivergence } of outputs) {
    expect(tokens.join('')).toBe(text);
    expect(firstDivergence).toBeNull();
  }
});
