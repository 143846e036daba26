import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import type { speedSeriesSchema } from '#shared/compare/speed.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  type HostUnderTest,
  newChat,
  startHost,
  untilEngine,
  untilModel,
} from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const configured = (type: Configuration['typeK']): Configuration =>
  configurationSchema.parse({ typeK: type, typeV: type, threads: 1 });
const f16 = configured('f16');
const q8 = configured('q8_0');
const q4 = configured('q4_0');

interface SpeedInput extends Partial<z.input<typeof speedSeriesSchema>> {
  readonly path?: string;
  readonly configurations?: Configuration[];
}

async function speed(
  host: HostUnderTest,
  { path, configurations = [f16, q8], ...series }: SpeedInput,
  control: { signal?: AbortSignal; onProgress?: (progress: ComparisonProgress) => void } = {},
) {
  const result = await host.client.stream(
    'compare.run',
    {
      path: path ?? (await ensureModel('tiny')),
      options: { backend: 'cpu' },
      configurations,
      speed: { depths: [0], promptTokens: 16, generatedTokens: 4, repetitions: 2, ...series },
    },
    {
      onItem(progress) {
        control.onProgress?.(progress);
      },
      ...(control.signal === undefined ? {} : { signal: control.signal }),
    },
  );
  if (result.speed === null) throw new Error('Speed was not measured.');
  return result.speed;
}

const folderOf = ({ dataDirectory }: HostUnderTest) => join(dataDirectory, 'measurement');

test('configurations would not take turns, or a measurement would be lost or counted twice', async () => {
  await using host = await startHost({ initialModelPath: null });
  const progress: ComparisonProgress[] = [];
  const result = await speed(
    host,
    { depths: [0, 40] },
    { onProgress: each => progress.push(each) },
  );
  const order = progress
    .filter(({ stage }) => stage === 'prefill')
    .map(({ repetition, configuration, depthTokens }) => [repetition, configuration, depthTokens]);
  expect(order).toEqual([
    ...[
      [1, 0, 0],
      [1, 0, 40],
      [1, 1, 0],
      [1, 1, 40],
    ],
    ...[
      [2, 0, 0],
      [2, 0, 40],
      [2, 1, 0],
      [2, 1, 40],
    ],
  ]);
  const decodes = progress.filter(({ stage }) => stage === 'decode');
  expect(decodes.map(({ done, total }) => [done, total])).toEqual(
    order.map((_, index) => [index, 8]),
  );
  expect(decodes.map(({ remainingMs }) => remainingMs === null)).toEqual(
    order.map((_, index) => index === 0),
  );
  const [first, second] = result.configurations;
  for (const configuration of [first, second]) {
    if (configuration?.outcome !== 'measured') throw new Error('not measured');
    expect(configuration.report.options).toMatchObject({ contextLength: 40 + 16 + 1, threads: 1 });
    expect(configuration.depths).toMatchObject([
      { depthTokens: 0, usedTokens: 16, prefill: { tokens: 16 }, decode: { tokens: 4 } },
      { depthTokens: 40, usedTokens: 56, prefill: { tokens: 16 }, decode: { tokens: 4 } },
    ]);
    for (const { prefill, decode, ttftMs } of configuration.depths) {
      expect(prefill?.ms.samples).toHaveLength(2);
      expect(decode?.tokensPerSecond.samples).toHaveLength(2);
      expect(ttftMs?.samples).toHaveLength(2);
    }
  }
  expect(existsSync(folderOf(host))).toBe(false);
  expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
});

test('a configuration without a cache would be measured with one, or take the others with it', async () => {
  await using host = await startHost({ initialModelPath: null });
  const configurations = [{ ...f16, keepsCache: false }, f16];
  const shallow = await speed(host, { configurations, depths: [40], generatedTokens: 12 });
  expect(shallow.configurations).toMatchObject([
    { depths: [{ prefill: null, ttftMs: null, decode: { tokens: 8 }, usedBytes: null }] },
    { depths: [{ prefill: { tokens: 16 }, decode: { tokens: 12 }, usedTokens: 56 }] },
  ]);
  const nothing = await speed(host, { configurations, generatedTokens: 0, repetitions: 1 });
  expect(nothing.configurations).toMatchObject([
    { outcome: 'failed', error: { code: 'invalid-input' } },
    { outcome: 'measured' },
  ]);
});

test('the limit of the memory would be missing, or leave the cells of a depth out', async () => {
  await using host = await startHost({ initialModelPath: null });
  const { facts, speed } = await host.client.stream(
    'compare.run',
    {
      path: await ensureModel('tiny'),
      options: { backend: 'cpu' },
      configurations: [f16, { ...f16, keepsCache: false }],
      speed: { depths: [0, 256], promptTokens: 0, generatedTokens: 4, repetitions: 1 },
    },
    { onItem() {} },
  );
  expect(facts.memoryBandwidth?.threads).toBe(1);
  const [kept, none] = speed?.configurations ?? [];
  if (kept?.outcome !== 'measured' || none?.outcome !== 'measured') throw new Error('not measured');
  const { activeWeightsBytes } = kept.report.planned.model;
  // Four layers of two heads, 64 numbers of two bytes for K and as many for V.
  const cells = 256 * 4 * 2 * 64 * 2 * 2;
  expect(activeWeightsBytes).toBeGreaterThan(0);
  expect(kept.depths.map(({ tokenBytes }) => tokenBytes)).toEqual([
    activeWeightsBytes,
    (activeWeightsBytes ?? 0) + cells,
  ]);
  expect(none.depths.map(({ tokenBytes }) => tokenBytes)).toEqual([null, null]);
});

test('every configuration would find a number of threads of its own', async () => {
  await using host = await startHost({ initialModelPath: null });
  const { configurations } = await speed(host, {
    configurations: [f16, q8].map(each => ({ ...each, threads: 'auto' as const })),
  });
  const threads = configurations.map(each =>
    each.outcome === 'measured' ? each.report.options.threads : null,
  );
  expect(threads[0]).toBeTypeOf('number');
  expect(threads[1]).toBe(threads[0]);
});

test('a configuration that cannot be loaded would take the others with it, or its reason be lost', async () => {
  await using host = await startHost({ initialModelPath: null });
  const totals = new Set<number>();
  const { configurations } = await speed(
    host,
    {
      configurations: [q8, f16].map(each => ({ ...each, flashAttention: 'off' as const })),
    },
    { onProgress: ({ total, configuration }) => configuration === 1 && totals.add(total) },
  );
  expect(configurations).toMatchObject([
    { outcome: 'failed', error: { code: 'cache-type-illegal' } },
    { outcome: 'measured', depths: [{ usedTokens: 16 }] },
  ]);
  expect([...totals]).toEqual([2]);
});

test('an engine that dies in one configuration would end the others, or leave half of its figures', async () => {
  await using host = await startHost();
  await untilModel(host.client, 'loaded');
  const { processId } = await untilEngine(host.client, 'ready');
  let killed = false;
  const { configurations } = await speed(
    host,
    { configurations: [f16, q8, q4], promptTokens: 1500, generatedTokens: 0, depths: [100] },
    {
      onProgress({ configuration, stage }) {
        if (killed || configuration !== 1 || stage !== 'prefill') return;
        killed = true;
        process.kill(processId, 'SIGKILL');
      },
    },
  );
  expect(configurations).toMatchObject([
    { outcome: 'measured', depths: [{ prefill: { ms: { samples: { length: 2 } } } }] },
    { outcome: 'failed', error: { code: 'engine-crashed' } },
    { outcome: 'measured', depths: [{ prefill: { ms: { samples: { length: 2 } } } }] },
  ]);
  expect(configurations[1]).not.toHaveProperty('depths');
  expect(existsSync(folderOf(host))).toBe(false);
  const { report } = await untilModel(host.client, 'loaded');
  expect(report.planned.model.path).toBe(await ensureModel('tiny'));
});

test.each(['load', 'prefill', 'decode'] as const)(
  'a measurement cancelled in its %s would leave a file, or the chat without its model',
  async at => {
    await using host = await startHost();
    const before = await untilModel(host.client, 'loaded');
    const abort = new AbortController();
    let files: Promise<string[]> | undefined;
    const cancelled = speed(
      host,
      { configurations: [q8, f16], promptTokens: 1000, generatedTokens: 1000, depths: [100] },
      {
        signal: abort.signal,
        onProgress({ stage }) {
          if (stage !== at) return;
          files ??= readdir(folderOf(host));
          abort.abort();
        },
      },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.options).toEqual(before.report.options);
    if (at !== 'load') expect(await files).toEqual(['0-100.state']);
    expect(existsSync(folderOf(host))).toBe(false);
    const conversationId = await newChat(host);
    await host.client.call('chat.send', { conversationId, text: 'Hello' });
  },
);

test('a second measurement would take the files of the first', async () => {
  await using host = await startHost({ initialModelPath: null });
  let second: Promise<unknown> | undefined;
  const first = await speed(
    host,
    { depths: [40] },
    {
      onProgress({ stage }) {
        if (stage !== 'prefill' || second !== undefined) return;
        second = speed(host, {});
        second.catch(() => {});
      },
    },
  );
  await expect(second).rejects.toMatchObject({ code: 'busy' });
  expect(first.configurations).toMatchObject([{ outcome: 'measured' }, { outcome: 'measured' }]);
});

test('a file that is not there would cost the chat its model', async () => {
  await using host = await startHost();
  await untilModel(host.client, 'loaded');
  const phases: string[] = [];
  using _watch = host.client.watch('model', ({ phase }) => phases.push(phase));
  const refused = speed(host, { path: '/nowhere.gguf' });
  await expect(refused).rejects.toMatchObject({ code: 'model-file-missing' });
  await untilModel(host.client, 'loaded');
  expect(new Set(phases)).toEqual(new Set(['loaded']));
});

test('a host that is closed in the middle of a measurement would leave its files', async () => {
  const reached = Promise.withResolvers<void>();
  await using data = await createTemporaryDirectory();
  const host = await startHost({ initialModelPath: null, dataDirectory: data.path });
  const cut = speed(
    host,
    { promptTokens: 1000, depths: [100] },
    { onProgress: ({ stage }) => stage === 'prefill' && reached.resolve() },
  );
  cut.catch(() => {});
  await reached.promise;
  const directory = folderOf(host);
  expect(await readdir(directory)).toEqual(['0-100.state']);
  await host[Symbol.asyncDispose]();
  expect(existsSync(directory)).toBe(false);
  await expect(cut).rejects.toMatchObject({ code: 'connection-lost' });
});

test('what a killed host has left of a measurement would stay for good', async () => {
  await using data = await createTemporaryDirectory();
  const left = join(data.path, 'measurement');
  await mkdir(left);
  await writeFile(join(left, '0-0.state'), 'half of a state');
  await using _host = await startHost({ initialModelPath: null, dataDirectory: data.path });
  expect(existsSync(left)).toBe(false);
});
