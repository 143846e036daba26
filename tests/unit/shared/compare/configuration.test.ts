import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configurationNames, configurationSchema } from '#shared/compare/configuration.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';

const parsed = (parts: Parameters<typeof configurationSchema.parse>[0]) =>
  configurationSchema.parse(parts);

test.each([
  [
    [{}, { typeK: 'q8_0', typeV: 'q4_0' }],
    ['f16', 'q8_0:q4_0'],
  ],
  [
    [{ threads: 1 }, { threads: 4 }],
    ['f16, 1 thread', 'f16, 4 threads'],
  ],
  [
    [
      { flashAttention: 'off', threads: 2 },
      { flashAttention: 'on', threads: 2 },
    ],
    ['f16, flash attention off', 'f16, flash attention on'],
  ],
  [
    [{}, { keepsCache: false }],
    ['f16', 'no cache'],
  ],
  [
    [{}, { swaFull: true }],
    ['f16, window cache', 'f16, full window cache'],
  ],
  [
    [{}, {}],
    ['f16', 'f16 (2)'],
  ],
])('%j would not be told apart by what differs alone', (configurations, names) => {
  expect(configurationNames(configurations.map(parsed))).toEqual(names);
});

test('two configurations of one run would have the same name', () => {
  const types = fc.constantFrom(...cacheTypes);
  const configuration = fc.record({
    typeK: types,
    typeV: types,
    threads: fc.constantFrom('auto' as const, 1, 2),
    batchSize: fc.constantFrom(128, 512),
    keepsCache: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(configuration, { maxLength: 12 }), configurations => {
      const names = configurationNames(configurations.map(parsed));
      expect(new Set(names).size).toBe(configurations.length);
    }),
  );
});
