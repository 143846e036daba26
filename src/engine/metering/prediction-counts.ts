import type { PredictionCounts } from '#shared/metrics/turn-figures.ts';

/** What was counted between two readings of one sequence. */
export function countsSince(now: PredictionCounts, before: PredictionCounts): PredictionCounts {
  return { guessed: now.guessed - before.guessed, accepted: now.accepted - before.accepted };
}
