import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  niceByteCeiling,
  niceCeiling,
  shortBytes,
  shortCount,
  shortDuration,
  steadyByteCeiling,
  steadyCeiling,
  timeAgoLabel,
} from '#shared/metrics/axis-scale.ts';
import {
  estimateError,
  formatError,
  turnsLeft,
  typicalTurnTokens,
} from '#shared/metrics/cache-forecast.ts';
import { median, percentile } from '#shared/metrics/percentile.ts';

const turns = (...used: number[]) => used.map(cacheUsedTokens => ({ cacheUsedTokens }));

describe('percentile', () => {
  test('a percentile outside the values it was taken from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const result = percentile(values, share) ?? Number.NaN;
          expect(result).toBeGreaterThanOrEqual(Math.min(...values));
          expect(result).toBeLessThanOrEqual(Math.max(...values));
        },
      ),
      { seed: 21 },
    );
  });

  test('numbers sorted as texts, or an even count without its middle', () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(median([1, 2, 3, 4])).toBe(2.5);
    expect(percentile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8);
    expect(median([])).toBeNull();
  });
});

describe('cache forecast', () => {
  test('a forecast from a single turn, which has no growth to go by', () => {
    expect(typicalTurnTokens([])).toBeNull();
    expect(typicalTurnTokens(turns(900))).toBeNull();
    expect(turnsLeft(3000, null)).toBeNull();
  });

  test('the system prompt of the first turn, or a shorter branch, counted as growth', () => {
    expect(typicalTurnTokens(turns(2000, 2100, 2300, 2400))).toBe(100);
    expect(typicalTurnTokens(turns(2000, 2100, 500, 700))).toBe(150);
    expect(typicalTurnTokens(turns(2000, 500))).toBeNull();
  });

  test('a turn that only half fits is promised', () => {
    expect(turnsLeft(250, 100)).toBe(2);
  });

  test('an error is taken against the estimate instead of the actual figure', () => {
    expect(estimateError(150, 100)).toBe(0.5);
    expect(estimateError(null, 100)).toBeNull();
    expect(estimateError(100, null)).toBeNull();
    expect(estimateError(0, 0)).toBe(0);
    expect(estimateError(5, 0)).toBeNull();
  });

  test('an error without its sign, or a minus before nothing', () => {
    expect(formatError(0.125)).toBe('+12.5 %');
    expect(formatError(-0.125)).toBe('\u221212.5 %');
    expect(formatError(-0.0001)).toBe('0.0 %');
  });
});

describe('axes', () => {
  test('values above the top of their axis', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
        fc.option(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { nil: null }),
        (value, current) => {
          expect(niceCeiling(value)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
          expect(steadyCeiling(current, value)).toBeGreaterThanOrEqual(value);
          expect(steadyByteCeiling(current, value)).toBeGreaterThanOrEqual(value);
        },
      ),
      { seed: 22 },
    );
  });

  test('an axis that breathes with every sample', () => {
    expect(steadyCeiling(100, 60)).toBe(100);
    expect(steadyCeiling(100, 101)).toBe(200);
    expect(steadyCeiling(100, 20)).toBe(50);
    expect(steadyCeiling(100, null)).toBe(100);
    expect(steadyCeiling(null, null)).toBeNull();
  });

  test('a byte axis whose top or middle is no whole number of its unit, or is too long', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 48 }), fc.double({ min: 1, max: 2 }), (power, step) => {
        const top = niceByteCeiling(step * 2 ** power);
        expect(top).toBeGreaterThanOrEqual(step * 2 ** power);
        expect(top).toBeLessThanOrEqual(2 * step * 2 ** power);
        if (top < 4) return;
        for (const tick of [top, top / 2]) {
          expect(shortBytes(tick)).toMatch(/^\d{1,3}(\.5)? ([KMGT]i)?B$/);
          expect(shortBytes(tick).length).toBeLessThanOrEqual(7);
        }
      }),
      { seed: 23 },
    );
  });

  test.each([
    [0, '0'],
    [512, '512 B'],
    [100 * 1024 ** 2, '100 MiB'],
    [192 * 1024 ** 2, '192 MiB'],
    [1.5 * 1024 ** 3, '1.5 GiB'],
    [48 * 1024 ** 3, '48 GiB'],
  ])('bytes on an axis lose a digit that counts, or keep one that does not: %d', (bytes, text) => {
    expect(shortBytes(bytes)).toBe(text);
  });

  test('labels too long for a narrow axis', () => {
    expect([0, 950, 1000, 4096, 9949, 9950, 131_072, 999_499, 999_500].map(shortCount)).toEqual([
      '0',
      '950',
      '1k',
      '4.1k',
      '9.9k',
      '10k',
      '131k',
      '999k',
      '1M',
    ]);
    expect([0, 12.5, 840, 1200, 150_000].map(shortDuration)).toEqual([
      '0',
      '12.5 ms',
      '840 ms',
      '1.2 s',
      '2.5 min',
    ]);
    expect([0, 15, 120, 5400, 9000].map(timeAgoLabel)).toEqual([
      'latest',
      '\u221215 s',
      '\u22122 min',
      '\u221290 min',
      '\u22122.5 h',
    ]);
  });
});
