import type { ParallelTest } from './parallel.ts';
import type { SpeedSeries } from './speed.ts';

/** One measurement of one configuration. */
export interface MeasurementStep {
  readonly configuration: number;
  /** From 1. */
  readonly repetition: number;
  /** What it is measured at, where that is a depth. */
  readonly depthTokens?: number;
  /** What it is measured at, where that is a number of sequences. */
  readonly sequences?: number;
}

/** At one depth. */
export interface SpeedStep extends MeasurementStep {
  readonly depthTokens: number;
}

/** With so many sequences at once. */
export interface ParallelStep extends MeasurementStep {
  readonly sequences: number;
}

export type Finished<Step extends MeasurementStep> = Step & { readonly ms: number };

/** All measurements of speed in their order. */
export function speedSteps(
  configurationCount: number,
  { depths, repetitions }: Pick<SpeedSeries, 'depths' | 'repetitions'>,
): SpeedStep[] {
  return inTurns(configurationCount, repetitions, turn =>
    depths.map(depthTokens => ({ ...turn, depthTokens })),
  );
}

/** All measurements of parallel sequences in their order. */
export function parallelSteps(
  configurationCount: number,
  { sequences, repetitions }: Pick<ParallelTest, 'sequences' | 'repetitions'>,
): ParallelStep[] {
  return inTurns(configurationCount, repetitions, turn =>
    sequences.map(count => ({ ...turn, sequences: count })),
  );
}

/**
 * Every configuration once, then every one again, so that a machine that becomes slower or faster meanwhile
 * does so for all of them.
 */
function inTurns<Step>(
  configurationCount: number,
  repetitions: number,
  stepsOf: (turn: MeasurementStep) => Step[],
): Step[] {
  return Array.from({ length: repetitions }, (_, index) => index + 1).flatMap(repetition =>
    Array.from({ length: configurationCount }, (_, configuration) => configuration).flatMap(
      configuration => stepsOf({ configuration, repetition }),
    ),
  );
}

/**
 * How long what is left will take: each step as long as the same one in the last repetition, or as the mean
 * of all so far where it has not been measured yet. Null before the first one is over.
 */
export function remainingMs(
  finished: readonly Finished<MeasurementStep>[],
  left: readonly MeasurementStep[],
): number | null {
  if (finished.length === 0) return null;
  const mean = finished.reduce((sum, { ms }) => sum + ms, 0) / finished.length;
  return left.reduce((sum, step) => {
    const last = finished.findLast(
      each =>
        each.configuration === step.configuration &&
        each.depthTokens === step.depthTokens &&
        each.sequences === step.sequences,
    );
    return sum + (last?.ms ?? mean);
  }, 0);
}
