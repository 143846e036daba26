import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reservedBytes } from '#shared/kv-cache/cache-size.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import type { LoadProgress, LoadReport } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type EngineUnderTest, runTurn, startEngine, userMessage } from './engine-under-test.ts';

/** llama.cpp prints mebibytes with two decimals; a sliding-window model has two such lines. */
const rounding = 2 * 0.005 * 1024 * 1024 + 1;

let engine: EngineUnderTest;
let tiny: string;
let slidingWindow: string;

beforeAll(async () => {
  engine = startEngine();
  tiny = await ensureModel('tiny');
  slidingWindow = await ensureModel('sliding-window');
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

function expectFormula(report: LoadReport, typeK: CacheType, typeV: CacheType) {
  const layers = report.planned.model.layers;
  if (layers === null) throw new Error('the layers of a test model must be understood');
  const { contextLength, options, actual } = report;
  const expected = reservedBytes(layers, {
    typeK,
    typeV,
    contextLength,
    batchSize: options.batchSize,
    sequences: options.sequences,
    flashAttention: true,
    swaFull: options.swaFull,
  });
  expect(Math.abs((actual.kvKBytes ?? 0) - expected.k)).toBeLessThanOrEqual(rounding);
  expect(Math.abs((actual.kvVBytes ?? 0) - expected.v)).toBeLessThanOrEqual(rounding);
  expect(Math.abs((actual.kvBytes ?? 0) - expected.total)).toBeLessThanOrEqual(rounding);
  expect(report.planned.kvBytes).toBe(expected.total);
}

describe('what llama.cpp reserves is what the plan said', () => {
  it.each(cacheTypes)('would catch wrong bytes per element of %s', async type => {
    const report = await engine.load(tiny, { contextLength: 2048, typeK: type, typeV: type });
    expectFormula(report, type, type);
    expect(report.actual.cells).toBe(2048);
    expect(report.actual.flashAttention).toBe(true);
  });

  it('would catch K and V mixed up', async () => {
    const report = await engine.load(tiny, { contextLength: 2048, typeK: 'q8_0', typeV: 'q4_0' });
    expectFormula(report, 'q8_0', 'q4_0');
  });

  it.each([128, 512])('would catch a wrong count of sliding cells at batch %i', async batchSize => {
    const report = await engine.load(slidingWindow, { contextLength: 2048, batchSize });
    expectFormula(report, 'f16', 'f16');
    expect(report.actual.cells).toBe(2048);
  });

  it.each(['tiny', 'sliding-window', 'hybrid'] as const)(
    'would catch sequences of %s planned or reported as one',
    async name => {
      const path = await ensureModel(name);
      const options = { contextLength: 700, batchSize: 128, flashAttention: 'on' } as const;
      const one = await engine.load(path, options);
      const { planned, actual, contextLength, ...report } = await engine.load(path, {
        ...options,
        sequences: 5,
      });
      expect([contextLength, planned.contextLength]).toEqual([768, 768]);
      expect([planned.cells, actual.cells]).toEqual([768 * 5, 768 * 5]);
      expect(planned.kvBytes).toBe((one.planned.kvBytes ?? 0) * 5);
      expect(planned.recurrentBytes).toBe((one.planned.recurrentBytes ?? 0) * 5);
      const { kvKBytes, kvVBytes, recurrentBytes } = planned;
      const differences = [
        (actual.kvKBytes ?? 0) - (kvKBytes ?? 0),
        (actual.kvVBytes ?? 0) - (kvVBytes ?? 0),
        (actual.recurrentBytes ?? 0) - (recurrentBytes ?? 0),
      ];
      for (const difference of differences) {
        expect(Math.abs(difference)).toBeLessThanOrEqual(rounding);
      }
      expect(report.options.sequences).toBe(5);
    },
  );

  it('would catch sequences that are refused as if they were one', async () => {
    const { planned } = await engine.load(tiny, { contextLength: 256 });
    const bytesPerCell = (planned.kvBytes ?? 0) / 256;
    // Two fit a dozen times over; sixteen do not.
    const contextLength = Math.ceil(planned.pools.ramBytes / bytesPerCell / 14);
    const refused = engine.load(tiny, { contextLength, sequences: 16 });
    await expect(refused).rejects.toMatchObject({
      code: 'context-does-not-fit',
      message: expect.stringContaining('the cache of 16 sequences of'),
      data: { suggestion: expect.stringMatching(/\d tokens in each sequence;/) },
    });
  });

  it.each(['sliding-window', 'second-window', 'shared-layers'] as const)(
    'would catch a full window cache of %s planned as another size',
    async name => {
      const wanted = { contextLength: 2048, batchSize: 128 };
      const path = await ensureModel(name);
      const reduced = await engine.load(path, wanted);
      const report = await engine.load(path, { ...wanted, swaFull: true });
      expectFormula(report, 'f16', 'f16');
      expect(report.actual.kvBytes).toBeGreaterThan(reduced.actual.kvBytes ?? 0);
      const { actual, planned } = report;
      const difference = Math.abs((actual.computeBytes ?? 0) - (planned.computeBytes ?? 0));
      expect(difference / (actual.computeBytes ?? 0)).toBeLessThan(0.1);
    },
  );

  it('would catch weights and compute buffers read from the wrong lines', async () => {
    const { actual, planned } = await engine.load(tiny, { contextLength: 4096 });
    expect(Math.abs((actual.weightsBytes ?? 0) - planned.weightsBytes)).toBeLessThan(rounding);
    expect(planned.computeBytes).not.toBeNull();
    // The simulation counts the output buffer too, 0.01 MiB here.
    const difference = Math.abs((actual.computeBytes ?? 0) - (planned.computeBytes ?? 0));
    expect(difference).toBeLessThan(4 * rounding);
  });

  it('would catch flash attention reported as requested instead of as resolved', async () => {
    const off = await engine.load(tiny, { contextLength: 1024, flashAttention: 'off' });
    expect(off.actual.flashAttention).toBe(false);
    const on = await engine.load(tiny, { contextLength: 1024, flashAttention: 'on' });
    expect(on.actual.flashAttention).toBe(true);
  });
});

describe('exchanging models', () => {
  it('would catch weights loaded again when only the context changed', async () => {
    await engine.load(tiny, { contextLength: 1024 });
    const stages: LoadProgress['stage'][] = [];
    const report = await engine.load(
      tiny,
      { contextLength: 2048, typeK: 'q8_0', typeV: 'q8_0' },
      { onProgress: progress => stages.push(progress.stage) },
    );
    expect(stages).toContain('context');
    expect(stages).not.toContain('weights');
    expect(report.actual.weightsBytes).not.toBeNull();
    expect(report.contextLength).toBe(2048);
  });

  it('would catch stages that are missing or out of order', async () => {
    const stages: LoadProgress['stage'][] = [];
    await engine.client.call('model.unload', {});
    await engine.load(
      tiny,
      { contextLength: 1024, threads: 'auto' },
      { onProgress: progress => stages.push(progress.stage) },
    );
    const inOrder = stages.filter((stage, index) => stage !== stages[index - 1]);
    expect(inOrder).toEqual(['inspect', 'weights', 'context', 'calibration']);
  });

  it('would catch a refused load that costs the loaded model', async () => {
    const before = await engine.load(tiny, { contextLength: 1024 });
    await expect(
      engine.load(tiny, { contextLength: 16_000_000, typeK: 'f32', typeV: 'f32' }),
    ).rejects.toMatchObject({ code: 'context-does-not-fit' });
    await expect(engine.load(tiny, { typeV: 'q8_0', flashAttention: 'off' })).rejects.toMatchObject(
      {
        code: 'cache-type-illegal',
      },
    );
    await expect(
      engine.load(await ensureModel('head-80'), { typeK: 'q8_0' }),
    ).rejects.toMatchObject({ code: 'cache-type-illegal' });
    await expect(engine.load(tiny, { backend: 'metal' })).rejects.toMatchObject({
      code: 'backend-unavailable',
    });
    expect(await engine.client.call('model.current', {})).toEqual(before);
    const turn = await runTurn(engine, [userMessage('Still there?')]);
    expect(turn.figures.generatedTokens).toBeGreaterThan(0);
  });

  it('would catch a too long context whose error names no context that fits', async () => {
    const error = await engine.load(tiny, { contextLength: 16_000_000 }).catch(thrown => thrown);
    const longest = Number(
      /(\d[\d,]+) tokens;/.exec(error.data.suggestion)?.[1]?.replaceAll(',', ''),
    );
    expect(longest).toBeGreaterThan(8192);
    expect(longest % 256).toBe(0);
  });

  it('would catch state of one model leaking into the next', async () => {
    await engine.load(tiny, { contextLength: 1024 });
    const messages = [userMessage('Who are you?')];
    const first = await runTurn(engine, messages);
    await engine.load(slidingWindow, { contextLength: 1024 });
    const other = await runTurn(engine, messages);
    expect(other.text).not.toBe(first.text);
    expect(other.figures.reusedTokens).toBe(0);
    await engine.load(tiny, { contextLength: 1024 });
    const again = await runTurn(engine, messages);
    expect(again.text).toBe(first.text);
    expect(again.figures.reusedTokens).toBe(0);
  });

  // `ps` is there wherever processes have a resident size that it can tell.
  it.skipIf(process.platform === 'win32')(
    'would catch a context that unloading does not give back',
    async () => {
      // Its cache is 2 GiB.
      await engine.load(tiny, { contextLength: 1_048_576 });
      const loaded = residentBytes(engine);
      await engine.client.call('model.unload', {});
      expect(await engine.client.call('model.current', {})).toBeNull();
      expect(loaded - residentBytes(engine)).toBeGreaterThan(1.9 * 2 ** 30);
      await expect(runTurn(engine, [userMessage('Hello?')])).rejects.toMatchObject({
        code: 'no-model',
      });
    },
  );

  it('would catch a cancelled load that leaves something half-loaded', async () => {
    const before = await engine.load(tiny, { contextLength: 1024 });
    const medium = await ensureModel('medium');
    for (const stage of ['inspect', 'weights', 'context'] as const) {
      const abort = new AbortController();
      const load = engine.load(
        medium,
        {},
        {
          signal: abort.signal,
          onProgress: progress => {
            if (progress.stage === stage) abort.abort();
          },
        },
      );
      await expect(load).rejects.toMatchObject({ code: 'cancelled' });
      const current = await engine.client.call('model.current', {});
      if (stage === 'inspect') expect(current).toEqual(before);
      else expect(current).toBeNull();
    }
    await engine.load(tiny, { contextLength: 1024 });
    expect((await runTurn(engine, [userMessage('Hi')])).figures.generatedTokens).toBeGreaterThan(0);
  });
});

describe('threads', () => {
  it('would catch a choice that is more than 10 % slower than the best tried', async () => {
    const report = await engine.load(tiny, { contextLength: 1024, threads: 'auto' });
    const best = Math.min(...report.threadTrials.map(trial => trial.medianMs));
    const chosen = report.threadTrials.find(trial => trial.threads === report.threads);
    expect(chosen?.medianMs).toBeLessThanOrEqual(best * 1.1);
    const turn = await runTurn(engine, [userMessage('Hello')]);
    // Calibration decodes into the sequence and must leave nothing there.
    expect(turn.figures.reusedTokens).toBe(0);
    expect(turn.figures.cacheUsedTokens).toBeLessThan(60);
  });
});

function residentBytes({ process }: EngineUnderTest): number {
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(process.pid)]).toString();
  return Number(kibibytes) * 1024;
}
