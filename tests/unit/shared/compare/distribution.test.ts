import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Distribution,
  klDivergence,
  likeliestToken,
  lossOf,
} from '#shared/compare/distribution.ts';
import { stableSum } from '#shared/compare/stable-sum.ts';

/** A softmax in single precision, as llama.cpp's bindings compute it. */
function softmax(logits: readonly number[]): Distribution {
  const highest = Math.max(...logits);
  const weights = Float32Array.from(logits, logit => Math.exp(logit - highest));
  const sum = weights.reduce((total, weight) => Math.fround(total + weight), 0);
  return weights.map(weight => weight / sum);
}

/** From hardly any preference to tokens that single precision gives no chance at all. */
const logit = fc.double({ min: -150, max: 30, noNaN: true });
const distributions = fc
  .integer({ min: 2, max: 60 })
  .chain(size =>
    fc.tuple(
      fc.array(logit, { minLength: size, maxLength: size }).map(softmax),
      fc.array(logit, { minLength: size, maxLength: size }).map(softmax),
    ),
  );

describe('klDivergence', () => {
  test('would be below zero, infinite or no number', () => {
    fc.assert(
      fc.property(distributions, ([p, q]) => {
        const divergence = klDivergence(p, q);
        expect(divergence).toBeGreaterThanOrEqual(0);
        expect(divergence).toBeLessThan(200);
      }),
    );
  });

  test('of a distribution from itself would be more than nothing', () => {
    fc.assert(fc.property(distributions, ([p]) => klDivergence(p, p) === 0));
  });

  test('would count the rounding of a sum in single precision as a difference', () => {
    const p = Float32Array.of(0.5, 0.25, 0.25);
    expect(
      klDivergence(
        p,
        p.map(value => value * 0.5),
      ),
    ).toBe(0);
  });

  test.each([
    [[0.5, 0.5], [0.25, 0.75], 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)],
    [[1, 0], [0.5, 0.5], Math.log(2)],
    [[0.9, 0.1], [0.1, 0.9], 0.8 * Math.log(9)],
    [[0.5, 0.5], [1, 0], 0.5 * Math.log(0.5) + 0.5 * (Math.log(0.5) - Math.log(2 ** -149))],
  ])('of %j from %j would not be %d nats', (p, q, expected) => {
    expect(klDivergence(Float32Array.from(p), Float32Array.from(q))).toBeCloseTo(expected, 6);
  });

  test('of two that are almost equal would drown in rounding errors', () => {
    const size = 50_000;
    const p = new Float32Array(size).fill(1 / size);
    // Half of them a little up, half a little down: e^2 / 2 to the third order.
    const epsilon = 2 ** -14;
    const q = p.map((value, token) => value * (token % 2 === 0 ? 1 + epsilon : 1 - epsilon));
    expect(klDivergence(p, q) / (epsilon ** 2 / 2)).toBeCloseTo(1, 3);
  });
});

describe('lossOf', () => {
  test('would be below zero or infinite', () => {
    fc.assert(
      fc.property(distributions, fc.nat(), ([p], pick) => {
        const loss = lossOf(p, pick % p.length);
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThan(120);
      }),
    );
  });

  test('would take probabilities that add up to something else than one at their word', () => {
    expect(lossOf(Float32Array.of(0.25, 0.25), 0)).toBeCloseTo(Math.log(2), 12);
  });
});

test('of equally likely tokens one or the other would be called the likeliest, as it comes', () => {
  expect(likeliestToken(Float32Array.of(0.1, 0.4, 0.4, 0.1))).toBe(1);
  expect(likeliestToken(Float32Array.of(0, 0, 1))).toBe(2);
});

test('a long tail of small values would be lost beside a large one', () => {
  const tail = new Array(10_000).fill(1e-16);
  expect(stableSum([1, ...tail])).toBeCloseTo(1 + 1e-12, 15);
  expect(stableSum([1e100, 1, -1e100])).toBe(1);
  expect(stableSum([])).toBe(0);
});
