import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cacheChoices, cacheTypePairs, numberList } from '#cli/option-parsers.ts';

describe('cacheTypePairs', () => {
  test.each([
    ['f16', [['f16', 'f16']]],
    [
      'f16,q8_0,q8_0:q4_0',
      [
        ['f16', 'f16'],
        ['q8_0', 'q8_0'],
        ['q8_0', 'q4_0'],
      ],
    ],
    [
      'f16:q8_0, q4_0',
      [
        ['f16', 'q8_0'],
        ['q4_0', 'q4_0'],
      ],
    ],
  ])('%s would be read as other types', (text, pairs) => {
    expect(cacheTypePairs(text)).toEqual(pairs.map(([typeK, typeV]) => ({ typeK, typeV })));
  });

  test.each(['', 'f16,', 'q3', 'f16:', ':f16', 'f16:f16:f16', 'q8_1', 'f16;q8_0'])(
    '"%s" would be taken for types, and kill the engine or measure something else',
    text => {
      expect(() => cacheTypePairs(text)).toThrow('Expected types such as f16,q8_0');
    },
  );
});

describe('cacheChoices', () => {
  test('a comparison with no cache would be one with the types of that name, or be no comparison', () => {
    expect(cacheChoices('none, f16,q8_0:q4_0')).toEqual([
      { typeK: 'f16', typeV: 'f16', keepsCache: false },
      { typeK: 'f16', typeV: 'f16', keepsCache: true },
      { typeK: 'q8_0', typeV: 'q4_0', keepsCache: true },
    ]);
    expect(() => cacheTypePairs('none,f16')).toThrow('Expected types');
    for (const text of ['none:f16', 'f16:none', 'q3']) {
      expect(() => cacheChoices(text)).toThrow('or none');
    }
  });
});

describe('numberList', () => {
  const depths = numberList(z.int().min(0), 'numbers such as 0,1024');

  test('numbers would be lost, or out of their order', () => {
    expect(depths('0')).toEqual([0]);
    expect(depths('1024,0, 7')).toEqual([1024, 0, 7]);
  });

  test('a number named twice would be measured twice, and its samples be counted for both', () => {
    expect(depths('0,1024,0')).toEqual([0, 1024]);
  });

  test.each(['', '1,', 'a', '1;2', '-1', '1.5'])('"%s" would be taken for numbers', text => {
    expect(() => depths(text)).toThrow('Expected numbers such as 0,1024.');
  });
});
