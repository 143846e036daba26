import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remainingMs, speedSteps } from '#shared/compare/measurement-steps.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import { speedFindings } from '#shared/compare/speed-text.ts';
import { f16, failed, measured, measurement, mixed, q8, speedResult } from './speed-result.ts';

describe('sampleStatistics', () => {
  test('the deviation would be that of a whole population, or be 0 where it is not known', () => {
    expect(sampleStatistics([2, 4, 4, 4, 5, 5, 7, 9])).toMatchObject({
      mean: 5,
      median: 4.5,
      standardDeviation: Math.sqrt(32 / 7),
    });
    expect(sampleStatistics([3])).toMatchObject({ mean: 3, median: 3, standardDeviation: null });
  });

  test('a mean or a median would lie outside of the samples', () => {
    const samples = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(samples, values => {
        const { mean, median, standardDeviation } = sampleStatistics(values);
        const slack = 1e-9 * Math.max(...values);
        for (const value of [mean, median]) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - slack);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + slack);
        }
        expect(standardDeviation ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('speedFigures', () => {
  test('the mean of the speeds would be taken for the speed of the mean', () => {
    const { prefill, decode, ttftMs, gapMs } = speedFigures(0, [
      measurement(100, 10),
      measurement(50, 20),
    ]);
    expect(prefill?.ms.mean).toBe(75);
    expect(prefill?.tokensPerSecond).toMatchObject({ mean: 1500, samples: [1000, 2000] });
    expect(decode?.tokensPerSecond.samples).toEqual([1000, 500]);
    expect(ttftMs?.samples).toEqual([101, 51]);
    expect(gapMs).toMatchObject({ p50: 1.5, max: 2 });
  });

  test('a part that was not asked for would have figures', () => {
    const alone = { ...measurement(100, 10), decode: null };
    expect(speedFigures(0, [alone])).toMatchObject({ decode: null, gapMs: null });
    expect(speedFigures(0, [{ ...alone, prefill: null }])).toMatchObject({
      prefill: null,
      ttftMs: null,
    });
  });
});

describe('speedSteps', () => {
  const series = { depths: [0, 64], repetitions: 3 };

  test('one configuration would be measured to its end before the next one begins', () => {
    const steps = speedSteps(3, series);
    expect(steps).toHaveLength(18);
    expect(steps.slice(0, 7).map(step => step.configuration)).toEqual([0, 0, 1, 1, 2, 2, 0]);
    for (const [index, { repetition }] of steps.entries()) {
      expect(repetition).toBe(Math.floor(index / 6) + 1);
    }
  });

  test('the forecast would be a guess, or not follow what the same step took the last time', () => {
    const steps = speedSteps(3, series);
    expect(remainingMs([], steps)).toBeNull();
    const first = steps.slice(0, 2).map((step, index) => ({ ...step, ms: [10, 30][index] ?? 0 }));
    expect(remainingMs(first, steps.slice(2, 3))).toBe(20);
    expect(remainingMs(first, steps.slice(6, 8))).toBe(40);
    const second = steps.slice(6, 7).map(step => ({ ...step, ms: 4 }));
    expect(remainingMs([...first, ...second], steps.slice(12, 13))).toBe(4);
    expect(remainingMs(first, [])).toBe(0);
  });
});

describe('speedFindings', () => {
  const five = (prefillMs: number, decodeMs: number) =>
    [1, 1.01, 0.99, 1.005, 0.995].map(part => measurement(prefillMs * part, decodeMs * part));

  test.each([
    [
      five(210, 19),
      'is 1.9 times slower than f16 in decode and 2.1 times slower than f16 in prefill',
    ],
    [
      five(50, 10),
      'is not measurably different from f16 in decode and 2.0 times faster than f16 in prefill',
    ],
    [five(100, 10), 'is not measurably different from f16 in decode and in prefill'],
    [five(105, 10.5), 'is 5 % slower than f16 in decode and in prefill'],
    [
      five(1400, 10),
      'is not measurably different from f16 in decode and 14 times slower than f16 in prefill',
    ],
  ])('a difference would be told wrong, or one that is none: %#', (samples, what) => {
    const configurations = [measured(f16, five(100, 10)), measured(q8, samples)];
    expect(speedFindings(speedResult(configurations))).toEqual([
      `On this machine q8_0 ${what}, at depth 1,024.`,
    ]);
  });

  test('one sample of each would be told like a result', () => {
    const configurations = [
      measured(f16, [measurement(100, 10)]),
      measured(mixed, [measurement(200, 20)]),
    ];
    expect(speedFindings(speedResult(configurations))).toEqual([
      'Measured once: too few to tell a difference from chance. Ask for at least 5 repetitions.',
    ]);
  });

  test('something would be said where there is nothing to compare', () => {
    const refused = failed(q8, '', null);
    const configurations = [measured(f16, five(100, 10)), refused];
    expect(speedFindings(speedResult(configurations))).toEqual([]);
    expect(speedFindings(speedResult([refused]))).toEqual([]);
  });
});
