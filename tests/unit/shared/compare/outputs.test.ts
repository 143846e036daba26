import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstDivergence } from '#shared/compare/first-divergence.ts';
import { outputSentences } from '#shared/compare/outputs-text.ts';
import { outputsResult, wrote } from './outputs-result.ts';

const texts = fc.array(fc.constantFrom('a', 'b', ''), { maxLength: 12 });

describe('firstDivergence', () => {
  test('would be a place where both are the same, or have parted before', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const at = firstDivergence(a, b);
        expect(at).toBe(firstDivergence(b, a));
        if (at === null) {
          expect(a).toEqual(b);
          return;
        }
        expect(a.slice(0, at)).toEqual(b.slice(0, at));
        expect(at).toBeLessThanOrEqual(Math.min(a.length, b.length));
        expect(a[at]).not.toBe(b[at]);
      }),
    );
  });

  test('of one that ends early would be none', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (a, more) => {
        expect(firstDivergence(a, [...a, ...more])).toBe(a.length);
        expect(firstDivergence(a, [...a])).toBeNull();
      }),
    );
  });
});

const answer = ['Be', 'cau', 'se'];

describe('what a person reads', () => {
  test('would call the same different, count from one, or compare with what failed', () => {
    const sentences = outputSentences(
      outputsResult([
        wrote('f16', answer),
        wrote('q8_0', answer),
        wrote('q4_0', ['Be', 'cau', 's']),
        wrote('q4_1', ['It', 'cau', 'se']),
        wrote('q5_0', null),
        wrote('f16', answer, false),
      ]),
    );
    expect(sentences).toEqual([
      'q8_0 writes the same 3 tokens as f16.',
      'q4_0 writes the same as f16 for 2 tokens, then differs.',
      'q4_1 differs from f16 from the first token on.',
      'no cache writes the same 3 tokens as f16.',
      'Without a cache nothing is rounded: its answer was written with an f16 cache.',
    ]);
    expect(outputSentences(outputsResult([wrote('f16', null), wrote('q8_0', answer)]))).toEqual([]);
    expect(outputSentences(outputsResult([wrote('f16', answer, false)]))).toEqual([
      'Without a cache nothing is rounded: its answer was written with an f16 cache.',
    ]);
  });
});
