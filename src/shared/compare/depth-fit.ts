import type { SpeedFigures } from './speed.ts';
import { stableSum } from './stable-sum.ts';

/** How the time of a generated token grows with the tokens before it: ms = interceptMs + msPerToken * depth. */
export interface DepthFit {
  readonly interceptMs: number;
  readonly msPerToken: number;
  /** Share of the spread of the times that the line explains, 0..1; null where all are the same. */
  readonly rSquared: number | null;
  /** Whether the slope can be told from 0: its 95 % confidence interval leaves 0 out. */
  readonly isSloped: boolean;
  /** What it is taken from: the measurement at the least depth, and at the greatest. */
  readonly nearest: DepthTime;
  readonly deepest: DepthTime;
}

export interface DepthTime {
  readonly depthTokens: number;
  readonly ms: number;
}

/** The line is through two points wherever they lie. */
const leastDepths = 3;

/** Over the depths of one configuration, by the median time of a token; null with fewer than three. */
export function speedFit(figures: readonly SpeedFigures[]): DepthFit | null {
  return depthFit(
    figures.flatMap(({ depthTokens, gapMs }) =>
      gapMs === null ? [] : { depthTokens, ms: gapMs.p50 },
    ),
  );
}

/**
 * Least squares. Null for fewer than three depths.
 *
 * @param points of depths that come twice the last one counts
 */
export function depthFit(points: readonly DepthTime[]): DepthFit | null {
  const inOrder = [...new Map(points.map(point => [point.depthTokens, point])).values()].toSorted(
    (one, other) => one.depthTokens - other.depthTokens,
  );
  const [nearest] = inOrder;
  const deepest = inOrder.at(-1);
  if (nearest === undefined || deepest === undefined || inOrder.length < leastDepths) return null;
  const meanDepth = mean(inOrder.map(({ depthTokens }) => depthTokens));
  const meanMs = mean(inOrder.map(({ ms }) => ms));
  const deviations = inOrder.map(({ depthTokens, ms }) => ({
    x: depthTokens - meanDepth,
    y: ms - meanMs,
  }));
  const sumOf = (of: (deviation: { x: number; y: number }) => number) =>
    stableSum(deviations.map(of));
  const depthSpread = sumOf(({ x }) => x * x);
  const msPerToken = sumOf(({ x, y }) => x * y) / depthSpread;
  const spread = sumOf(({ y }) => y * y);
  const left = sumOf(({ x, y }) => (y - msPerToken * x) ** 2);
  const freedom = inOrder.length - 2;
  const error = Math.sqrt(left / freedom / depthSpread);
  // Times that are all the same have a slope of a rounding error, and so has its error.
  const noise = (Math.abs(meanMs) * 1e-12) / Math.sqrt(depthSpread);
  return {
    interceptMs: meanMs - msPerToken * meanDepth,
    msPerToken,
    rSquared: spread === 0 ? null : Math.max(0, 1 - left / spread),
    isSloped: Math.abs(msPerToken) > studentT(freedom) * error + noise,
    nearest,
    deepest,
  };
}

function mean(values: readonly number[]): number {
  return stableSum(values) / values.length;
}

/** Two-sided 95 % quantiles of Student's distribution, from 1 degree of freedom on. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101,
] as const;
/** Of any more degrees: a little too careful. */
const lastQuantile = 2.101;

function studentT(freedom: number): number {
  return quantiles[freedom - 1] ?? lastQuantile;
}
