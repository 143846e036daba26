import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FitRow } from '#shared/fit/fit.ts';
import { fitPairs } from '#shared/fit/fit-row.ts';
import { contextStep } from '#shared/fit/longest-context.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import type { WellFormedName } from '#tools/models/recipes.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

let engine: EngineUnderTest;
beforeAll(() => {
  engine = startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const mebibyte = 1024 ** 2;
/** What the report's two decimals hide: four lines of at most half a hundredth each, and the output buffer. */
const rounding = 0.04 * mebibyte;

async function rowsFor(name: WellFormedName, budgetBytes: number) {
  const path = await ensureModel(name);
  const rows: FitRow[] = [];
  const basis = await engine.client.stream(
    'model.fit',
    { model: { kind: 'file', path }, backend: 'cpu', batchSize: 256, budgetBytes },
    { onItem: row => void rows.push(row) },
  );
  return { path, rows, basis };
}

describe.each(['tiny', 'sliding-window', 'hybrid', 'layered-heads'] as const)('%s', name => {
  test('a longest context that does not fit, or one that a longer one would too', async () => {
    const budget = 48 * mebibyte;
    const { path, rows, basis } = await rowsFor(name, budget);
    expect(rows).toHaveLength(fitPairs('both').length);
    expect(basis).toMatchObject({ budgetBytes: budget, computeFrom: 'simulation' });

    async function loadedBytes({ typeK, typeV }: FitRow, contextLength: number): Promise<number> {
      const options = {
        typeK,
        typeV,
        contextLength,
        batchSize: 256,
        flashAttention: 'on',
      } as const;
      const { actual } = await engine.load(path, options);
      const { weightsBytes, kvBytes, recurrentBytes, computeBytes } = actual;
      return [weightsBytes, kvBytes, recurrentBytes, computeBytes].reduce<number>(
        (sum, bytes) => sum + (bytes ?? Number.NaN),
        0,
      );
    }
    for (const row of rows.filter(one => one.flashAttention && one.typeK === one.typeV)) {
      if (row.typeK === 'bf16' || row.typeK === 'q5_1') continue;
      expect(row).toMatchObject({ legal: true, reason: null });
      const longest = row.maxContext ?? 0;
      expect(longest, row.typeK).toBeGreaterThan(0);
      const fitting = await loadedBytes(row, longest);
      expect(fitting).toBeLessThanOrEqual(budget + rounding);
      expect(Math.abs((row.bytes?.total ?? 0) - fitting)).toBeLessThanOrEqual(rounding);
      expect(await loadedBytes(row, longest + contextStep)).toBeGreaterThan(budget - rounding);
    }
  });
});

test('types that do not go without flash attention are offered without it', async () => {
  const { rows } = await rowsFor('tiny', 48 * mebibyte);
  const refused = rows.filter(row => !row.legal);
  expect(new Set(refused.map(({ flashAttention }) => flashAttention))).toEqual(new Set([false]));
  expect(refused).toHaveLength(9 * 6);
  expect(refused[0]?.reason).toContain('needs flash attention');
  expect(refused.every(row => row.maxContext === null && row.bytes === null)).toBe(true);
});

test('a model whose weights alone are too large gets a context', async () => {
  const { rows } = await rowsFor('tiny', 4 * mebibyte);
  expect(rows.filter(row => row.legal).every(row => row.maxContext === 0)).toBe(true);
});

describe.each(['tiny', 'sliding-window', 'hybrid', 'latent', 'layered-heads'] as const)(
  '%s',
  name => {
    test('the load panel and the Fit page say different bytes for the same load', async () => {
      const path = await ensureModel(name);
      const common = { backend: 'cpu', batchSize: 256 } as const;
      const model = { kind: 'file', path } as const;
      for (const contextLength of [256, 1000, 8192]) {
        for (const flashAttention of ['on', 'off'] as const) {
          const plan = await engine.client.call('model.plan', {
            path,
            options: { ...common, contextLength, flashAttention },
          });
          const rows: FitRow[] = [];
          await engine.client.stream(
            'model.fit',
            { ...common, model, contextLength, flashAttention },
            { onItem: row => void rows.push(row) },
          );
          const f16 = rows.find(row => row.typeK === 'f16' && row.typeV === 'f16');
          expect(f16?.bytes).toEqual({
            weights: plan.weightsBytes,
            kvK: plan.kvKBytes,
            kvV: plan.kvVBytes,
            recurrent: plan.recurrentBytes,
            compute: plan.computeBytes,
            total: [
              plan.weightsBytes,
              plan.kvBytes,
              plan.recurrentBytes,
              plan.computeBytes,
            ].reduce<number>((sum, bytes) => sum + (bytes ?? Number.NaN), 0),
            vram: plan.vramBytes,
          });
          const setups = [
            { typeK: 'f16', typeV: 'f16', flashAttention: flashAttention === 'on', contextLength },
          ] as const;
          const [bytes] = await engine.client.call('model.fitBytes', {
            question: { ...common, model },
            setups: [...setups],
          });
          expect(bytes).toEqual(f16?.bytes);
        }
      }
    });
  },
);

test('the bytes of a full window cache are those of a window', async () => {
  const path = await ensureModel('sliding-window');
  const common = { backend: 'cpu', batchSize: 256 } as const;
  const setup = { typeK: 'f16', typeV: 'f16', flashAttention: true, contextLength: 8192 } as const;
  const [window, full] = await engine.client.call('model.fitBytes', {
    question: { ...common, model: { kind: 'file', path } },
    setups: [setup, { ...setup, swaFull: true }],
  });
  const plan = await engine.client.call('model.plan', {
    path,
    options: { ...common, contextLength: 8192, flashAttention: 'on', swaFull: true },
  });
  expect(full).toMatchObject({ kvK: plan.kvKBytes, kvV: plan.kvVBytes });
  expect(full?.total).toBeGreaterThan(window?.total ?? Number.NaN);
});

test('a context that Fit calls too long is loaded, or the refusal names another longest one', async () => {
  const path = await ensureModel('wide-cache');
  const rows: FitRow[] = [];
  await engine.client.stream(
    'model.fit',
    { model: { kind: 'file', path }, backend: 'cpu', batchSize: 256, flashAttention: 'on' },
    { onItem: row => void rows.push(row) },
  );
  const longest = rows.find(row => row.typeK === 'f16' && row.typeV === 'f16')?.maxContext ?? 0;
  expect(longest).toBeGreaterThan(contextStep);
  // Free memory changes from moment to moment, so not the very next step.
  const refused = await engine.client
    .call('model.plan', {
      path,
      options: { backend: 'cpu', batchSize: 256, flashAttention: 'on', contextLength: 2 * longest },
    })
    .then(
      () => null,
      error => error,
    );
  expect(refused).toMatchObject({ code: 'context-does-not-fit' });
  const named = Number(
    /is ([\d,]+) tokens/.exec(refused.data.suggestion)?.[1]?.replaceAll(',', ''),
  );
  expect(Math.abs(named / longest - 1)).toBeLessThan(0.05);
});
