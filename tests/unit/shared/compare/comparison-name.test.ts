import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparisonName } from '#shared/compare/comparison-name.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import { savedComparisonSchema } from '#shared/compare/saved-comparison.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { f16, measured, q8, speedResult } from './speed-result.ts';

const { facts, configurations } = speedResult([measured(f16, []), measured(q8, [])]);

function named(name: string, count = 2): string {
  const many = Array.from({ length: count }, (_, threads) =>
    configurationSchema.parse({ ...f16, threads: threads + 1 }),
  );
  return comparisonName({
    facts: { ...facts, model: { ...facts.model, name } },
    configurations: count === 2 ? configurations : many,
  });
}

test.each([
  ['Llama 3.2 1B', 2, 'Llama 3.2 1B: f16, q8_0'],
  ['  ', 2, 'llama: f16, q8_0'],
  ['Tiny', 12, /^Tiny: f16, 1 thread, f16, 2 threads, .* and \d+ more$/],
])('what was compared would not be seen from the name: %j, %i', (name, count, shown) => {
  expect(named(name, count)).toMatch(shown);
});

test('a long name would be refused when it is read back, or cut within a character', () => {
  const { name: nameSchema } = savedComparisonSchema.shape;
  const types = fc.array(fc.constantFrom(...cacheTypes), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), types, (model, each) => {
      const name = comparisonName({
        facts: { ...facts, model: { ...facts.model, name: model } },
        configurations: each.map(typeK => configurationSchema.parse({ typeK })),
      });
      expect(nameSchema.parse(name)).toBe(name);
      expect(name.isWellFormed()).toBe(true);
    }),
  );
});
