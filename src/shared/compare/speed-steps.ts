import type { SpeedSeries } from './speed.ts';

/** One measurement of one configuration at one depth. */
export interface SpeedStep {
  readonly configuration: number;
  readonly depthTokens: number;
  /** From 1. */
  readonly repetition: number;
}

export interface FinishedStep extends SpeedStep {
  readonly ms: number;
}

/**
 * All measurements in their order: every configuration once, then every one again, so that a machine that
 * becomes slower or faster meanwhile does so for all of them.
 */
export function speedSteps(
  configurationCount: number,
  { depths, repetitions }: Pick<SpeedSeries, 'depths' | 'repetitions'>,
): SpeedStep[] {
  return Array.from({ length: repetitions }, (_, index) => index + 1).flatMap(repetition =>
    Array.from({ length: configurationCount }, (_, configuration) => configuration).flatMap(
      configuration => depths.map(depthTokens => ({ configuration, depthTokens, repetition })),
    ),
  );
}

/**
 * How long what is left will take: each step as long as the same one in the last repetition, or as the mean
 * of all so far where it has not been measured yet. Null before the first one is over.
 */
export function remainingMs(
  finished: readonly FinishedStep[],
  left: readonly SpeedStep[],
): number | null {
  if (finished.length === 0) return null;
  const mean = finished.reduce((sum, { ms }) => sum + ms, 0) / finished.length;
  return left.reduce((sum, step) => {
    const last = finished.findLast(
      each => each.configuration === step.configuration && each.depthTokens === step.depthTokens,
    );
    return sum + (last?.ms ?? mean);
  }, 0);
}
