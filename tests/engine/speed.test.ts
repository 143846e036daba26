import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureSpeed } from '#engine/measure/speed.ts';
import { SequenceCache } from '#engine/turn/sequence-cache.ts';
import type { SpeedMeasurementRequest, SpeedStage } from '#shared/compare/speed-measurement.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../host/temporary-directory.ts';
import {
  type EngineUnderTest,
  loadReproducible,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

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
    seed: 1,
    statePath: join(directory.path, `${name}.state`),
    warmsUp: false,
    ...parts,
  };
}

/** The measurement inside this process, where the library's own counts can be read. */
async function measureHere(requests: readonly SpeedMeasurementRequest[]) {
  await using llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  });
  const model = await llama.loadModel({ modelPath: await ensureModel('tiny') });
  const context = await model.createContext({ contextSize: 1024, batchSize: 64, threads: 1 });
  const cache = new SequenceCache(context.getSequence());
  const target = {
    ...{ model, cache, batchSize: 64, record: null, savedTokens: 3, restored: null },
    fill: () => ({
      ...{ usedTokens: cache.usedTokens, capacityTokens: 1024 },
      ...{ usedBytes: cache.usedTokens, capacityBytes: 1024 },
    }),
  };
  const runs = [];
  for (const each of requests) {
    const before = cache.sequence.tokenMeter.getState();
    const cellsAt = new Map<SpeedStage, readonly number[]>();
    const measurement = await measureSpeed(target, each, {
      signal: new AbortController().signal,
      onStage: stage => cellsAt.set(stage, cache.tokens),
    });
    const { usedInputTokens, usedOutputTokens } = cache.sequence.tokenMeter.diff(before);
    runs.push({
      measurement,
      cellsAt,
      evaluated: usedInputTokens + usedOutputTokens,
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
