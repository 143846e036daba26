/** What a turn has to do before its first token. */
export interface PrefillWork {
  /** Tokens to evaluate. */
  readonly tokens: number;
  /** Tokens that are in the cache before them. */
  readonly depth: number;
}

/** How much of what was learned is left after each turn: machines change their pace. */
const memory = 0.87;
/** Looking back on so many tokens usually takes as long as all else about one, and seldom on fewer. */
const usualPairs = 1500;
const fewestPairs = 500;

type Vector = readonly [number, number, number];

/**
 * Learns how long this model takes to its first token, from turn to turn, and says it beforehand. Reading
 * takes a cost for each turn, one for each token, and one for each token that each of them looks back
 * on; recursive least squares over relative errors, so that a short turn counts as much as a long one.
 */
export class TtftForecast {
  /** Milliseconds a turn, a token, and a token looked back on; null before the first turn. */
  #costs: Vector | null = null;
  #covariance: readonly [Vector, Vector, Vector] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];

  /** Milliseconds to the first token; null before anything was measured. */
  forecast(work: PrefillWork): number | null {
    return this.#costs === null ? null : Math.max(0, dot(this.#costs, featuresOf(work)));
  }

  /** @param ms from the request to the first token, without waiting for other turns */
  learn(work: PrefillWork, ms: number): void {
    if (work.tokens === 0 || ms <= 0) return;
    const features = featuresOf(work);
    if (this.#costs === null) this.#begin(work, ms);
    const costs = this.#costs ?? [0, 0, 0];
    // Everything over the time that it took: what is compared then is 1.
    const row = scale(features, 1 / ms);
    const gainBase = multiply(this.#covariance, row);
    const gain = scale(gainBase, 1 / (memory + dot(row, gainBase)));
    this.#costs = add(costs, scale(gain, 1 - dot(costs, row)));
    this.#covariance = shrink(this.#covariance, gain, gainBase);
  }

  /** Nearly all of the first time is put down to its tokens; the rest is how far each cost may move. */
  #begin({ tokens }: PrefillWork, ms: number): void {
    const perToken = ms / tokens;
    this.#costs = [0, perToken, perToken / usualPairs];
    this.#covariance = [
      [(ms / 2) ** 2, 0, 0],
      [0, perToken ** 2, 0],
      [0, 0, (perToken / fewestPairs) ** 2],
    ];
  }
}

function featuresOf({ tokens, depth }: PrefillWork): Vector {
  return [1, tokens, tokens * (depth + tokens / 2)];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function add(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function multiply(rows: readonly [Vector, Vector, Vector], by: Vector): Vector {
  return [dot(rows[0], by), dot(rows[1], by), dot(rows[2], by)];
}

/** (rows - gain x base) / memory, the covariance after one more row. */
function shrink(
  rows: readonly [Vector, Vector, Vector],
  gain: Vector,
  base: Vector,
): readonly [Vector, Vector, Vector] {
  const row = (at: 0 | 1 | 2): Vector => scale(add(rows[at], scale(base, -gain[at])), 1 / memory);
  return [row(0), row(1), row(2)];
}
