import { stableSum } from './stable-sum.ts';

/**
 * Probabilities of the next token, one for each token of the vocabulary. llama.cpp's bindings compute
 * them in single precision, so they add up to one only nearly: what is computed of them here, in double
 * precision, divides by their sum first.
 */
export type Distribution = Float32Array;

/** A probability that single precision cannot hold is taken for the smallest one that it can (2^-149). */
const smallest = 2 ** -149;

/** -ln of the probability of this token. Nats. */
export function lossOf(distribution: Distribution, token: number): number {
  const probability = Math.max(distribution[token] ?? 0, smallest);
  // A rounding error may take a certain token beyond certainty.
  return Math.max(0, Math.log(stableSum(distribution)) - Math.log(probability));
}

/** The token of the highest probability; of equals the first. */
export function likeliestToken(distribution: Distribution): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  distribution.forEach((value, token) => {
    if (value <= highest) return;
    highest = value;
    best = token;
  });
  return best;
}

/**
 * Kullback-Leibler divergence of `other` from `base` over the whole vocabulary: what somebody who expects
 * `other` loses where `base` is true. Nats; 0 only where both are equal.
 *
 * Summed as p ln(p/q) - p + q. The additions cancel over all tokens, and leave no term below zero: of two
 * distributions that are almost equal the sum keeps its digits.
 */
export function klDivergence(base: Distribution, other: Distribution): number {
  const [baseSum, otherSum] = [stableSum(base), stableSum(other)];
  let sum = 0;
  for (let token = 0; token < base.length; token++) {
    const p = (base[token] ?? 0) / baseSum;
    const given = other[token] ?? 0;
    if (p === 0) {
      sum += given / otherSum;
    } else {
      const q = Math.max(given, smallest) / otherSum;
      sum += Math.max(0, p * Math.log(p / q) - p + q);
    }
  }
  return sum;
}
