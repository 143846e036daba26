import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { depthFit } from '#shared/compare/depth-fit.ts';
import { depthFindings } from '#shared/compare/depth-fit-text.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import { f16, measured, measurement, speedResult } from './speed-result.ts';

const at = (depthTokens: number, ms: number) => ({ depthTokens, ms });

describe('depthFit', () => {
  test('the line would not be that of least squares', () => {
    // By hand: means 2 and 4; sums of squares 8 and 14, of products 10; left over 14 - 10 * 10 / 8 = 1.5.
    const fit = depthFit([at(4, 6), at(0, 1), at(2, 5)]);
    expect(fit?.msPerToken).toBeCloseTo(1.25, 12);
    expect(fit?.interceptMs).toBeCloseTo(1.5, 12);
    expect(fit?.rSquared).toBeCloseTo(1 - 1.5 / 14, 12);
    expect(fit).toMatchObject({ nearest: at(0, 1), deepest: at(4, 6) });
  });

  test('a slope would be told where three points lie about a line by chance, or not where they do not', () => {
    const around = (apart: number) => [
      at(0, 1 + apart),
      at(100, 2 - 2 * apart),
      at(200, 3 + apart),
    ];
    // t with one degree of freedom: the slope is told from 0 where |b| / error is above 12.706.
    expect(depthFit(around(0.04))?.isSloped).toBe(true);
    expect(depthFit(around(0.05))?.isSloped).toBe(false);
    expect(depthFit([at(0, 3), at(1, 3), at(2, 3)])).toMatchObject({
      ...{ msPerToken: 0, interceptMs: 3, rSquared: null, isSloped: false },
    });
    expect(depthFit([0, 1, 2, 3].map(depth => at(depth, 0.1)))?.isSloped).toBe(false);
  });

  test('two depths, or one that was asked for twice, would be a line', () => {
    expect(depthFit([])).toBeNull();
    expect(depthFit([at(0, 1), at(5, 9)])).toBeNull();
    expect(depthFit([at(0, 1), at(5, 9), at(5, 9)])).toBeNull();
  });

  const depths = fc.uniqueArray(fc.integer({ min: 0, max: 4096 }), {
    minLength: 3,
    maxLength: 20,
  });
  const number = (most: number) => fc.double({ min: 0.001, max: most, noNaN: true });

  test('a line would not be found again in its own points', () => {
    fc.assert(
      fc.property(depths, number(100), number(1), (at, a, b) => {
        const fit = depthFit(at.map(depthTokens => ({ depthTokens, ms: a + b * depthTokens })));
        expect(fit?.msPerToken).toBeCloseTo(b, 6);
        expect(fit?.interceptMs).toBeCloseTo(a, 5);
        expect(fit?.rSquared).toBeCloseTo(1, 6);
        expect(fit?.isSloped).toBe(true);
      }),
    );
  });

  test('another line would be nearer to the points, or the order of the depths matter', () => {
    const points = fc.array(number(1000), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(depths, points, number(1), number(1), (depths, times, da, db) => {
        const points = depths.map((depth, index) => at(depth, times[index] ?? 0));
        const fit = depthFit(points);
        if (fit === null) throw new Error('no fit');
        const left = (a: number, b: number) =>
          points.reduce((sum, { depthTokens, ms }) => sum + (ms - a - b * depthTokens) ** 2, 0);
        const { interceptMs, msPerToken, rSquared } = fit;
        const least = left(interceptMs, msPerToken);
        for (const [a, b] of [
          [da, 0],
          [0, db],
          [-da, db],
        ] as const) {
          expect(left(interceptMs + a, msPerToken + b)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
        }
        expect(rSquared ?? 0).toBeGreaterThanOrEqual(0);
        expect(rSquared ?? 0).toBeLessThanOrEqual(1);
        expect(depthFit(points.toReversed())?.msPerToken).toBeCloseTo(msPerToken, 9);
      }),
    );
  });
});

describe('depthFindings', () => {
  const run = (
    times: readonly (readonly [depth: number, decodeMs: number])[],
    keepsCache = true,
  ) => {
    const { configuration, outcome } = measured(f16, [measurement(100, 10)]);
    if (outcome.outcome !== 'measured') throw new Error('not measured');
    const depths = times.map(([depth, ms]) => speedFigures(depth, [measurement(100, ms * 10)]));
    return speedResult([
      { configuration: { ...configuration, keepsCache }, outcome: { ...outcome, depths } },
    ]);
  };

  test('what a token costs more for the tokens before it would be told in another unit', () => {
    const linear = [
      [0, 2],
      [500, 4],
      [1000, 6],
    ] as const;
    expect(depthFindings(run(linear, false))).toEqual([
      'With no cache a token costs 2 ms, and 4 ms more for every 1,000 tokens before it (R² 1.000): 3.0 times as much at depth 1,000 as at depth 0.',
    ]);
  });

  test('noise would be told as a cost, or three depths be missed', () => {
    const flat = [
      [0, 2],
      [512, 2.1],
      [1024, 2.05],
    ] as const;
    expect(depthFindings(run(flat))).toEqual([
      'With f16 it cannot be told whether the time of a token depends on the tokens before it, from what was measured up to depth 1,024 (R² 0.250).',
    ]);
    expect(depthFindings(run(flat.slice(1)))).toEqual([]);
  });
});
