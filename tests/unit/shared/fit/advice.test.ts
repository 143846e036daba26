import { describe, expect, test } from 'vitest';
import { fitAdvice } from '#shared/fit/advice.ts';
import type { FitRow } from '#shared/fit/fit.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';

const bytes = { weights: 5e9, kvK: 0, kvV: 0, recurrent: 0, compute: 0, total: 5e9, vram: 0 };
const gibibyte = 1024 ** 3;

/** Longest contexts by type; null: not legal. */
function rows(longest: Partial<Record<CacheType, number | null>>): FitRow[] {
  return (Object.entries(longest) as [CacheType, number | null][]).map(([type, maxContext]) => ({
    typeK: type,
    typeV: type,
    flashAttention: true,
    legal: maxContext !== null,
    reason: maxContext === null ? 'no' : null,
    warning: type === 'f16' ? null : 'It is slower.',
    maxContext,
    bytes: maxContext === null ? null : bytes,
  }));
}

const aim = { wanted: null, trained: 131_072, isFree: true };
const budget = { budgetBytes: 2.1 * gibibyte, weightsBytes: 5e9 };

describe('advice', () => {
  test('the example of the subject reads otherwise', () => {
    const found = fitAdvice(rows({ f16: 12_800, q8_0: 24_576, q4_0: 46_080 }), budget, aim);
    expect(found.contextLength).toBe(24_576);
    expect(found.pair?.typeK).toBe('q8_0');
    expect(found.text).toBe(
      'q8_0 for both gives you 24,576 tokens in the 2.10 GiB that are free; f16 gives 12,800, q4_0 gives 46,080. The model was trained for 131,072. It is slower.',
    );
  });

  test.each([
    // A quantized cache is advised although f16 holds all, or more than the model can use is promised.
    ['f16 holds all', { f16: 200_000, q8_0: 400_000 }, null, 'f16', 131_072],
    ['only q8_0 holds all', { f16: 70_000, q8_0: 140_000, q4_0: 250_000 }, null, 'q8_0', 131_072],
    ['only q4_0 holds all', { f16: 40_000, q8_0: 70_000, q4_0: 140_000 }, null, 'q4_0', 131_072],
    ['f16 holds what was asked for', { f16: 40_000, q8_0: 70_000 }, 32_768, 'f16', 32_768],
    ['q8_0 holds what was asked for', { f16: 20_000, q8_0: 38_000 }, 32_768, 'q8_0', 32_768],
    ['heads that no block fits', { f16: 20_000, q8_0: null, q4_0: null }, null, 'f16', 20_000],
    ['only q8_0 fits at all', { f16: 0, q8_0: 256 }, null, 'q8_0', 256],
  ] as const)('%s', (_, longest, wanted, type, contextLength) => {
    const found = fitAdvice(rows(longest), budget, { ...aim, wanted });
    expect(found.pair).toMatchObject({ typeK: type, typeV: type });
    expect(found.contextLength).toBe(contextLength);
    expect(found.text).toContain(`${type} for both`);
  });

  test('a context beyond what the model was trained for comes without a word', () => {
    const found = fitAdvice(rows({ f16: 300_000 }), budget, { ...aim, wanted: 262_144 });
    expect(found.text).toContain('trained for 131,072');
  });

  test('where nothing fits something is advised, or it is not said why', () => {
    const found = fitAdvice(rows({ f16: 0, q8_0: 0, q4_0: 0 }), budget, { ...aim, isFree: false });
    expect(found).toMatchObject({ pair: null, contextLength: 0 });
    expect(found.text).toContain('The weights alone take 4.66 GiB');
    expect(found.text).toContain('2.10 GiB of your budget');
  });
});
