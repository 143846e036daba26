import { expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '#shared/compare/configuration.ts';
import { firstDivergence } from '#shared/compare/first-divergence.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { type HostUnderTest, startHost } from './host-under-test.ts';

const configured = (type: Configuration['typeK'], more: Partial<Configuration> = {}) =>
  configurationSchema.parse({ typeK: type, typeV: type, threads: 1, ...more });

async function outputs(
  { client }: HostUnderTest,
  configurations: Configuration[],
  prompt: string,
  onItem: (progress: ComparisonProgress) => void = () => {},
) {
  const result = await client.stream(
    'compare.run',
    {
      path: await ensureModel('tiny'),
      options: { backend: 'cpu' },
      configurations,
      outputs: { prompt, tokens: 40 },
    },
    {
      onItem(progress) {
        onItem(progress);
      },
    },
  );
  if (result.outputs === null) throw new Error('Nothing was measured.');
  return result.outputs.configurations.map(each =>
    each.outcome === 'measured' ? each.tokens : each.error.code,
  );
}

test('a prompt longer than usual would not fit, and one without a cache be rounded', async () => {
  await using host = await startHost({ initialModelPath: null });
  const progress: ComparisonProgress[] = [];
  const [f16, q4, without, short] = await outputs(
    host,
    [
      configured('f16'),
      configured('q4_0'),
      configured('q4_0', { keepsCache: false }),
      configured('f16', { contextLength: 256 }),
    ],
    'Where does the river go? '.repeat(100),
    each => progress.push(each),
  );
  if (!Array.isArray(f16) || !Array.isArray(q4)) throw new Error('not measured');
  expect(f16).toHaveLength(40);
  expect(firstDivergence(f16, q4)).not.toBeNull();
  expect(without).toEqual(f16);
  expect(short).toBe('prompt-too-long');
  const written = progress.filter(({ stage }) => stage === 'write');
  expect(written.slice(0, 5).map(({ done, total }) => [done, total])).toEqual(
    [0, 8, 16, 24, 32].map(done => [done, 160]),
  );
  expect(progress.map(({ remainingMs }) => remainingMs === null)).toEqual(
    progress.map(({ configuration }) => configuration === 0),
  );
});
