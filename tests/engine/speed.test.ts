import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureSpeed } from '#engine/measure/speed.ts';
import type { SpeedMeasurementRequest, SpeedStage } from '#shared/compare/speed-measurement.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../host/temporary-directory.ts';
import {
  type EngineUnderTest,
  loadReproducible,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';
import { openMeasuredModel } from './measured-model.ts';

let directory: TemporaryDirectory;
let engine: EngineUnderTest;

beforeAll(async () => {
  directory = await createTemporaryDirectory();
  engine = startEngine();
  await loadReproducible(engine, 'tiny', 4096);
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

function request(name: string, parts: Partial<SpeedMeasurementRequest>): SpeedMeasurementRequest {
  return {
    depthTokens: 0,
    promptTokens: 0,
    generatedTokens: 0,
    keepsCache: true,
    seed: 1,
    statePath: join(directory.path, `${name}.state`),
    warmsUp: false,
    ...parts,
  };
}

/** The measurement inside this process, where the library's own counts can be read. */
async function measureHere(requests: readonly SpeedMeasurementRequest[]) {
  await using target = await openMeasuredModel();
  const { cache, model } = target;
  const runs = [];
  for (const each of requests) {
    const cellsAt = new Map<SpeedStage, readonly number[]>();
    const measurement = await measureSpeed(target, each, {
      signal: new AbortController().signal,
      onStage: stage => cellsAt.set(stage, cache.tokens),
    });
    runs.push({
      measurement,
      cellsAt,
      evaluated: target.evaluatedTokens(),
      left: cache.usedTokens,
    });
  }
  const special = runs.flatMap(({ cellsAt }) => [...cellsAt.values()].flat());
  return { runs, specialTokens: special.filter(token => isSpecial(model, token)) };
}

function isSpecial(
  { tokens }: { tokens: { bos: number | null; eos: number | null } },
  token: number,
) {
  return token === tokens.bos || token === tokens.eos;
}

test('another number of tokens would be evaluated than is timed, or at another depth', async () => {
  const parts = { depthTokens: 100, promptTokens: 150, generatedTokens: 7 };
  const deep = request('counts', parts);
  const { runs, specialTokens } = await measureHere([deep, deep, { ...deep, depthTokens: 0 }]);
  const [first, second, shallow] = runs;
  for (const { measurement, left } of runs) {
    expect(measurement.prefill?.tokens).toBe(150);
    expect(measurement.decode).toMatchObject({ tokens: 7 });
    expect(measurement.decode?.gapsMs).toHaveLength(7);
    expect(measurement.decode?.ms).toBeCloseTo(
      measurement.decode?.gapsMs.reduce((sum, gap) => sum + gap) ?? 0,
    );
    expect(measurement.prefill?.ttftMs).toBeGreaterThanOrEqual(measurement.prefill?.ms ?? 0);
    expect(left).toBe(0);
  }
  // The depth is read once: for the decode, and the second time, it comes from the file.
  expect(runs.map(({ evaluated }) => evaluated)).toEqual([100 + 150 + 7, 150 + 7, 150 + 7]);
  expect(runs.map(({ measurement }) => measurement.usedTokens)).toEqual([250, 250, 150]);
  const depths = [first, second].flatMap(run => [
    run?.cellsAt.get('prefill'),
    run?.cellsAt.get('decode'),
  ]);
  expect(depths[0]).toHaveLength(100);
  for (const cells of depths) expect(cells).toEqual(depths[0]);
  expect(shallow?.cellsAt.get('prefill')).toEqual([]);
  expect(specialTokens).toEqual([]);
});

test('one part alone would be measured as if the other were there', async () => {
  const { runs } = await measureHere([
    request('prompt', { promptTokens: 64 }),
    request('generation', { generatedTokens: 5, depthTokens: 10 }),
    request('warm', { generatedTokens: 5, warmsUp: true }),
  ]);
  expect(runs.map(({ measurement }) => measurement)).toMatchObject([
    { prefill: { tokens: 64 }, decode: null, usedTokens: 64 },
    { prefill: null, decode: { tokens: 5 }, usedTokens: 15 },
    { prefill: null, decode: { tokens: 5 }, usedTokens: 5 },
  ]);
});

test('without a cache the tokens before would not be computed again for every token', async () => {
  const parts = { promptTokens: 16, generatedTokens: 5, keepsCache: false };
  const { runs } = await measureHere(
    [0, 100, 200].map(depthTokens => request('none', { ...parts, depthTokens })),
  );
  // Behind the depth the one token that every decode begins with, then all that was generated.
  expect(runs.map(({ evaluated }) => evaluated)).toEqual(
    [0, 100, 200].map(depth => [1, 2, 3, 4, 5].reduce((sum, more) => sum + depth + more, 0)),
  );
  for (const { measurement, left } of runs) {
    expect(measurement).toMatchObject({
      ...{ prefill: null, usedTokens: 0, usedBytes: null },
      decode: { tokens: 5, depthBytes: null },
    });
    expect(measurement.decode?.gapsMs).toHaveLength(5);
    expect(left).toBe(0);
  }
  expect(await readdir(directory.path)).not.toContain('none.state');
});

test('a run without a cache would take hours, or be refused after them', async () => {
  const { runs } = await measureHere([
    request('many', { generatedTokens: 500, keepsCache: false }),
  ]);
  expect(runs[0]?.measurement.decode?.tokens).toBe(8);
  const parts = { generatedTokens: 1, keepsCache: false };
  const deep = measure(request('deep', { ...parts, depthTokens: 4097 }));
  await expect(deep).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('4,097 tokens computed again'),
    data: { suggestion: 'Measure it at depths of up to 4,096 tokens.' },
  });
  const nothing = measure(request('nothing', { promptTokens: 4, keepsCache: false }));
  await expect(nothing).rejects.toMatchObject({ code: 'invalid-input' });
});

function measure(given: SpeedMeasurementRequest, cancelAt?: SpeedStage) {
  const abort = new AbortController();
  return engine.client.stream('measure.speed', given, {
    signal: abort.signal,
    onItem({ stage }) {
      if (stage === cancelAt) abort.abort();
    },
  });
}

test('what was measured would stand in the cells of a chat, or be taken for a part of it', async () => {
  const messages = [userMessage('The quiet river')];
  await runTurn(engine, messages);
  await measure(request('chat', { promptTokens: 20, generatedTokens: 4, depthTokens: 30 }));
  expect(await untilSignal(engine, 'cacheMap', map => map === null)).toBeNull();
  expect(await engine.client.call('memory.sample', {})).toMatchObject({ cacheUsedBytes: 0 });
  expect(await engine.client.call('snapshot.holder', {})).toBeNull();
  const { figures } = await runTurn(engine, messages);
  expect(figures.reusedTokens).toBe(0);
});

test.each(['depth', 'prefill', 'decode'] as const)(
  'a measurement cancelled in its %s would go on, or leave the engine of no use',
  async stage => {
    const long = { depthTokens: 1000, promptTokens: 3000, generatedTokens: 3000 };
    const cancelled = measure(request(`cancelled-${stage}`, long), stage);
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const { figures } = await runTurn(engine, [userMessage('Hello')]);
    expect(figures).toMatchObject({ reusedTokens: 0, generatedTokens: 24 });
    const small = request(`after-${stage}`, { promptTokens: 8 });
    expect(await measure(small)).toMatchObject({ usedTokens: 8 });
  },
);

test('a depth that the context has no room for would end the process', async () => {
  const refused = measure(request('deep', { depthTokens: 4000, promptTokens: 200 }));
  await expect(refused).rejects.toMatchObject({ code: 'prompt-too-long' });
  expect(await readdir(directory.path)).not.toContain('deep.state');
});
