import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatElapsed,
  formatPercent,
  formatRate,
  formatTokenCount,
  formatTokens,
} from '#shared/metrics/format.ts';

describe('formatTokenCount', () => {
  test('a single token in the plural, or one made up where none was counted', () => {
    expect([0, 1, 2, 24_576, null].map(formatTokenCount)).toEqual([
      '0 tokens',
      '1 token',
      '2 tokens',
      '24,576 tokens',
      'not measured',
    ]);
  });
});

describe('figures as text', () => {
  test.each([
    [0, '0 B'],
    [512, '512 B'],
    [1000, '0.98 KiB'],
    [1023, '1.00 KiB'],
    [1024, '1.00 KiB'],
    [544 * 1024 ** 2, '544 MiB'],
    [1.41 * 1024 ** 3, '1.41 GiB'],
    [180.4e9, '168 GiB'],
  ])('%d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0, '0 ms'],
    [0.84, '0.8 ms'],
    [8.44, '8.4 ms'],
    [99.6, '100 ms'],
    [840, '840 ms'],
    [999.7, '1.0 s'],
    [2100, '2.1 s'],
    [59_960, '1 min 0 s'],
    [65_000, '1 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%d milliseconds', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [0, '0 s'],
    [35_999, '35 s'],
    [59_999, '59 s'],
    [125_400, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ])('%d milliseconds that go on: a count that runs ahead or flickers', (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });

  test('rates keep three digits, tokens their separators, small fractions their existence', () => {
    expect(formatRate(38.24)).toBe('38.2 tokens/s');
    expect(formatRate(2462)).toBe('2,462 tokens/s');
    expect(formatTokens(24576)).toBe('24,576');
    expect(formatPercent(0.123)).toBe('12 %');
    expect(formatPercent(0.001)).toBe('< 1 %');
    expect(formatPercent(0)).toBe('0 %');
  });

  test('what was not measured must never look like a zero', () => {
    for (const format of [formatBytes, formatDuration, formatPercent, formatRate, formatTokens]) {
      expect(format(null)).toBe('not measured');
    }
  });

  test('no figure is written with 1000 or more of a unit that has a larger one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e14, noNaN: true }), bytes => {
        const text = formatBytes(bytes);
        expect(Number.parseFloat(text.replace(',', ''))).toBeLessThan(1000);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
