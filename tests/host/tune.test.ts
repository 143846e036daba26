import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { TuneProgress, tuneRequestSchema } from '#shared/tune/tune.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type HostUnderTest, startHost, untilEngine, untilModel } from './host-under-test.ts';

const start = loadOptionsSchema.parse({ backend: 'cpu', threads: 1, contextLength: 512 });

type TuneInput = Omit<z.input<typeof tuneRequestSchema>, 'path'>;

async function tune(
  host: HostUnderTest,
  parts: Partial<TuneInput>,
  control: { signal?: AbortSignal; onProgress?: (progress: TuneProgress) => void } = {},
) {
  return await host.client.stream(
    'tune.run',
    {
      path: await ensureModel('tiny'),
      start,
      turn: { depthTokens: 32, promptTokens: 16, generatedTokens: 8 },
      fidelityTokens: 32,
      ...parts,
    },
    {
      onItem(progress) {
        control.onProgress?.(progress);
      },
      ...(control.signal === undefined ? {} : { signal: control.signal }),
    },
  );
}

const folderOf = ({ dataDirectory }: HostUnderTest) => join(dataDirectory, 'measurement');

test('a setting would be passed over, or a figure of a trial be of something else', async () => {
  await using host = await startHost({ initialModelPath: null });
  const progress: TuneProgress[] = [];
  const result = await tune(host, {}, { onProgress: each => progress.push(each) });
  const tried = result.trials.map(({ coordinate }) => coordinate);
  expect(tried).toEqual(
    expect.arrayContaining(['flash-attention', 'cache-types', 'token-prediction']),
  );
  expect(result).toMatchObject({
    depthTokens: 32,
    untried: [],
    costs: [],
    start: { options: start, limit: null, divergence: 0 },
    facts: { backend: 'cpu', model: { name: 'Headroom tiny' } },
  });
  for (const { turns, prediction, verdict, memoryBytes, coordinate } of result.trials) {
    expect(verdict).not.toBe('failed');
    expect(memoryBytes).toBeGreaterThan(0);
    if (coordinate === 'token-prediction') {
      expect(prediction?.candidate.fresh.msPerToken).toHaveLength(3);
      expect(prediction?.incumbent).toMatchObject({ repeating: { guessed: 0, tokens: 8 } });
      continue;
    }
    const { incumbent, candidate } = turns ?? {};
    expect(candidate?.turnMs.length).toBe(incumbent?.turnMs.length);
    for (const [index, ms] of candidate?.turnMs.entries() ?? []) {
      const parts = (candidate?.prefillMs[index] ?? 0) + (candidate?.decodeMs[index] ?? 0);
      expect(ms).toBeCloseTo(parts);
    }
  }
  const q4 = result.trials.find(({ options }) => options.typeK === 'q4_0');
  expect(q4?.memoryBytes).toBeLessThan(result.start.memoryBytes ?? 0);
  expect(result.sentences.length).toBeGreaterThan(result.trials.length);
  expect(progress[0]).toMatchObject({ stage: 'start', trial: null, done: 0 });
  expect(existsSync(folderOf(host))).toBe(false);
});

test('a start above the budget would stay, or make room at any loss', async () => {
  await using host = await startHost({ initialModelPath: null });
  const turn = { depthTokens: 0, promptTokens: 32, generatedTokens: 2 };
  const long = { ...start, contextLength: 8192, batchSize: 128 };
  const request = { start: long, turn, timeMs: 1 };
  const { start: began } = await tune(host, request);
  const budgetBytes = (began.memoryBytes ?? 0) - 1;
  const generous = await tune(host, { ...request, budgetBytes, floorNats: 10 });
  expect(generous).toMatchObject({
    outcome: 'limits-kept',
    start: { limit: 'over-budget' },
    choice: { options: { typeK: 'q8_0', typeV: 'q8_0' } },
  });
  expect(generous.choice?.memoryBytes).toBeLessThanOrEqual(budgetBytes);
  expect(generous.choice?.divergence).toBeGreaterThan(0);
  expect(generous.costs.map(({ typeK }) => typeK)).toEqual(['f16', 'q8_0', 'q8_0', 'q4_0']);
  // What was not tried is said.
  expect(generous.untried.length).toBeGreaterThan(0);
  const strict = await tune(host, { ...request, budgetBytes, floorNats: 1e-9 });
  expect(strict).toMatchObject({ outcome: 'nothing-fits', choice: null });
  expect(strict.trials.map(({ verdict }) => verdict)).toContain('below-floor');
});

test('an engine that dies over a candidate would end the search with it', async () => {
  await using host = await startHost({ initialModelPath: null });
  let processId = (await untilEngine(host.client, 'ready')).processId;
  using _watch = host.client.watch('engine', state => {
    if (state.phase === 'ready') processId = state.processId;
  });
  let killed = false;
  const { trials } = await tune(
    host,
    {},
    {
      onProgress({ trial }) {
        if (killed || trial?.coordinate !== 'flash-attention') return;
        killed = true;
        process.kill(processId, 'SIGKILL');
      },
    },
  );
  const verdicts = trials.map(({ coordinate, verdict }) => [coordinate, verdict === 'failed']);
  expect(verdicts).toContainEqual(['flash-attention', true]);
  expect(verdicts.filter(([, failed]) => failed)).toHaveLength(1);
  expect(trials.find(({ verdict }) => verdict === 'failed')).toMatchObject({
    error: { code: 'engine-crashed' },
  });
  expect(host.launches()).toBe(2);
});

test('a cancelled search would go on, leave its files, or keep the chat without its model', async () => {
  await using host = await startHost();
  const { report } = await untilModel(host.client, 'loaded');
  const abort = new AbortController();
  const cancelled = tune(
    host,
    {},
    {
      signal: abort.signal,
      onProgress({ stage }) {
        if (stage === 'trial') abort.abort();
      },
    },
  );
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  const again = await untilModel(host.client, 'loaded');
  expect(again.report.options).toEqual(report.options);
  expect(existsSync(folderOf(host))).toBe(false);
});

test('two measurements at a time would take the engine from each other', async () => {
  await using host = await startHost({ initialModelPath: null });
  const begun = Promise.withResolvers<void>();
  const abort = new AbortController();
  const first = tune(host, {}, { signal: abort.signal, onProgress: () => begun.resolve() });
  await begun.promise;
  await expect(tune(host, {})).rejects.toMatchObject({ code: 'busy' });
  abort.abort();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
});

test('a start that no limit rules out, and that cannot be loaded, would pass for one over a limit', async () => {
  await using host = await startHost({ initialModelPath: null });
  const illegal = { ...start, typeV: 'q8_0', flashAttention: 'off' } as const;
  await expect(tune(host, { start: illegal })).rejects.toMatchObject({
    code: 'cache-type-illegal',
  });
});
