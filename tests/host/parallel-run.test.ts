import { expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type HostUnderTest, startHost } from './host-under-test.ts';

const configured = (type: Configuration['typeK'], more: Partial<Configuration> = {}) =>
  configurationSchema.parse({ typeK: type, typeV: type, threads: 1, ...more });

interface Asked {
  readonly path?: string;
  readonly configurations: Configuration[];
  readonly sequences: number[];
  onItem?(progress: ComparisonProgress): void;
}

async function parallel(
  { client }: HostUnderTest,
  { path, configurations, sequences, onItem = () => {} }: Asked,
) {
  const result = await client.stream(
    'compare.run',
    {
      path: path ?? (await ensureModel('tiny')),
      options: { backend: 'cpu' },
      configurations,
      parallel: { sequences, promptTokens: 20, generatedTokens: 4, repetitions: 2 },
    },
    {
      onItem(progress) {
        onItem(progress);
      },
    },
  );
  if (result.parallel === null) throw new Error('Nothing was measured.');
  return result.parallel.configurations;
}

test('numbers of sequences would not take turns, or a measurement be lost or counted twice', async () => {
  await using host = await startHost({ initialModelPath: null });
  const progress: ComparisonProgress[] = [];
  const result = await parallel(host, {
    configurations: [
      configured('f16'),
      configured('f16', { keepsCache: false }),
      configured('q8_0'),
    ],
    sequences: [1, 3],
    onItem: each => progress.push(each),
  });
  const decodes = progress.filter(({ stage }) => stage === 'decode');
  expect(
    decodes.map(({ repetition, configuration, sequences }) => [
      ...[repetition, configuration, sequences],
    ]),
  ).toEqual([
    ...[
      [1, 0, 1],
      [1, 0, 3],
      [1, 2, 1],
      [1, 2, 3],
    ],
    ...[
      [2, 0, 1],
      [2, 0, 3],
      [2, 2, 1],
      [2, 2, 3],
    ],
  ]);
  expect(decodes.map(({ done, total }) => [done, total])).toEqual(
    decodes.map((_each, index) => [index, 8]),
  );
  expect(decodes.map(({ remainingMs }) => remainingMs === null)).toEqual(
    decodes.map((_each, index) => index === 0),
  );
  const [first, without, last] = result;
  expect(without).toBeNull();
  for (const each of [first, last]) {
    if (each?.outcome !== 'measured') throw new Error('not measured');
    const [one, three] = each.counts;
    if (one?.outcome !== 'measured' || three?.outcome !== 'measured') {
      throw new Error('not measured');
    }
    expect([one.sequences, three.sequences]).toEqual([1, 3]);
    expect(one.tokensPerSecond.samples).toHaveLength(2);
    expect(three.tokensPerSecond.samples).toHaveLength(2);
    // llama.cpp prints hundredths of a MiB.
    expect(Math.abs((three.kvBytes ?? 0) - 3 * (one.kvBytes ?? 0))).toBeLessThan(0.04 * 1024 ** 2);
    expect(three.contextLength).toBe(256);
  }
});

test('a number that there is no memory for would take the others with it, or its reason be lost', async () => {
  await using host = await startHost({ engine: 'refuses-many-sequences', initialModelPath: null });
  const totals = new Set<number>();
  const [result] = await parallel(host, {
    path: '/scripted.gguf',
    configurations: [configured('f16')],
    sequences: [1, 16],
    onItem: ({ sequences, total }) => sequences === 1 && totals.add(total),
  });
  expect(result).toMatchObject({
    outcome: 'measured',
    counts: [
      { outcome: 'measured', sequences: 1, tokensPerSecond: { samples: [1000, 1000] } },
      { outcome: 'failed', sequences: 16, error: { code: 'context-does-not-fit' } },
    ],
  });
  // It is not tried again.
  expect([...totals]).toEqual([4, 2]);
});

test('a configuration that is refused whatever the number would be called measured', async () => {
  await using host = await startHost({ initialModelPath: null });
  const [refused, measured] = await parallel(host, {
    configurations: [configured('q8_0', { flashAttention: 'off' }), configured('f16')],
    sequences: [2],
  });
  expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'cache-type-illegal' } });
  expect(measured).toMatchObject({ outcome: 'measured', counts: [{ sequences: 2 }] });
});
