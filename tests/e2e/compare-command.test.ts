import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { fidelityFiguresSchema } from '#shared/compare/fidelity.ts';
import { cacheTypeSchema } from '#shared/kv-cache/cache-type.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { runCommand, startCommand } from './command-line-run.ts';

const nothingLeft = { leftFiles: [], leftProcesses: false };

const compareResultSchema = z.object({
  model: z.object({ name: z.string() }),
  modelFingerprint: z.string().length(64),
  appVersion: z.string(),
  text: z.object({ kind: z.string(), positions: z.int() }),
  baseline: z.object({
    typeK: z.literal('f16'),
    typeV: z.literal('f16'),
    perplexity: z.number().min(1),
    kvBytes: z.number(),
    decodeTokensPerSecond: z.number().positive(),
  }),
  rows: z.array(
    fidelityFiguresSchema.extend({
      typeK: cacheTypeSchema,
      typeV: cacheTypeSchema,
      kvBytes: z.number(),
      flashAttention: z.literal(true),
      ttftMs: z.number().positive(),
      prefillTokensPerSecond: z.number().positive(),
      decodeTokensPerSecond: z.number().positive(),
      worst: z.array(z.object({ before: z.string(), divergence: z.number() })),
    }),
  ),
});

describe('compare', () => {
  const builtIn = join(import.meta.dirname, '..', '..', 'resources', 'demo-model.gguf');
  const few = ['--tokens', '200', '--threads', '1', '--backend', 'cpu'];

  test('--json prints a row for every cache asked for, and f16 against itself', async () => {
    const outcome = await runCommand([
      ...['compare', builtIn, '--cache', 'f16,q8_0,q4_0,q8_0:q4_0', '--json', ...few],
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
    const { baseline, rows, text } = compareResultSchema.parse(JSON.parse(outcome.stdout));
    expect(text).toEqual({ kind: 'built-in', positions: 199 });
    expect(rows.map(({ typeK, typeV }) => [typeK, typeV])).toEqual([
      ['q8_0', 'q8_0'],
      ['q4_0', 'q4_0'],
      ['q8_0', 'q4_0'],
      ['f16', 'f16'],
    ]);
    const [q8, q4, mixed, noise] = rows;
    expect(noise).toMatchObject({ top1Agreement: 1, worst: [], kvBytes: baseline.kvBytes });
    expect(noise?.klDivergence.max).toBeLessThan(1e-6);
    // llama.cpp prints hundredths of a MiB.
    for (const [row, part] of [
      [q8, 34],
      [q4, 18],
      [mixed, 26],
    ] as const) {
      const expected = (baseline.kvBytes * part) / 64;
      expect(Math.abs((row?.kvBytes ?? Number.NaN) - expected)).toBeLessThan(0.01 * 1024 ** 2);
    }
    expect(q4?.klDivergence.mean).toBeGreaterThan(q8?.klDivergence.mean ?? Number.NaN);
    expect(q4?.worst[0]?.divergence).toBe(q4?.klDivergence.max);
  });

  test('without --json it says which of K and V costs more, and what could not be measured', async () => {
    const cache = ['--cache', 'q4_0:f16,f16:q4_0'];
    const plain = await runCommand(['compare', builtIn, ...cache, ...few]);
    expect(plain).toMatchObject({ exitCode: 0, ...nothingLeft, stderr: '' });
    expect(plain.stdout).toMatch(
      /q4_0:f16 changes the most likely next token in \d+ of 199 places\./,
    );
    expect(plain.stdout).toContain('q4_0 on K alone costs more than on V alone');
    expect(plain.stdout).toContain('Noise floor: f16 against itself');
    const refused = await runCommand([
      ...['compare', await ensureModel('head-80'), '--cache', 'q8_0', ...few],
    ]);
    expect(refused).toMatchObject({ exitCode: 0, ...nothingLeft });
    expect(refused.stdout).toContain('q8_0 was not measured. K cannot be kept as q8_0');
  });

  test.skipIf(process.platform === 'win32')(
    'Ctrl+C ends it with nothing left, and no figures that look whole',
    async () => {
      const run = await startCommand(['compare', builtIn, '--tokens', '4000', '--json']);
      await vi.waitFor(async () => {
        const names = await readdir(run.temporary, { recursive: true });
        const file = names.find(name => name.endsWith('distributions'));
        if (file === undefined) throw new Error('nothing is measured yet');
        // In the middle of the measurement, and not of the engine's start.
        expect((await stat(join(run.temporary, file))).size).toBeGreaterThan(0);
      }, 60_000);
      run.interrupt();
      expect(await run.outcome).toMatchObject({ exitCode: 130, stdout: '', ...nothingLeft });
    },
  );

  test.each([
    [['--cache', 'q8_1'], 'Expected types such as'],
    [['--text', 'nowhere.txt'], 'The text nowhere.txt cannot be read.'],
    [['--tokens', '1'], 'Expected a number from 2 to 32768'],
  ])('%j ends without a sentence that helps', async (args, sentence) => {
    const outcome = await runCommand(['compare', builtIn, ...args]);
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome).toMatchObject({ stdout: '', ...nothingLeft });
    expect(outcome.stderr).toContain(sentence);
  });
});
