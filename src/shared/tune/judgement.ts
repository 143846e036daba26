import { median } from '../metrics/percentile.ts';
import type { PredictionPair, TurnPair } from './tune.ts';

export type Judgement = 'faster' | 'slower' | 'no-difference';

/** A smaller difference is not worth a change of settings. */
const worthwhile = 0.02;
/**
 * Of each side of a trial. By chance alone all of one lie below all of the other once in 20 times: enough
 * to look for candidates, and what was found is checked.
 */
export const trialSamples = 3;
/** Of each side of the last check: once in 252 times. */
export const checkSamples = 5;
/** So much slower in every sample so far needs no further one: a single one may be another program's fault. */
const hopelessAtOnce = 2;
const hopeless = 1.25;
/** Fewer tokens of an answer are no measure of prediction. */
const tellingTokens = 8;

/**
 * Whether times of a candidate are another thing than times of the incumbent that were measured between
 * them: no time of one may lie within those of the other, and their medians are more than 2 % apart.
 */
export function judge(incumbent: readonly number[], candidate: readonly number[]): Judgement {
  if (Math.min(incumbent.length, candidate.length) < trialSamples) return 'no-difference';
  if (isBelow(candidate, incumbent)) return 'faster';
  return isBelow(incumbent, candidate) ? 'slower' : 'no-difference';
}

/** By the time of the whole turn. */
export function judgeTurns({ incumbent, candidate }: TurnPair): Judgement {
  const judgement = judge(incumbent.turnMs, candidate.turnMs);
  if (judgement !== 'no-difference' || candidate.turnMs.length >= trialSamples) return judgement;
  return isHopeless(incumbent.turnMs, candidate.turnMs) ? 'slower' : judgement;
}

/** Whether a candidate is out after its first samples. */
export function isHopeless(incumbent: readonly number[], candidate: readonly number[]): boolean {
  if (Math.min(incumbent.length, candidate.length) === 0) return false;
  const factor = candidate.length === 1 ? hopelessAtOnce : hopeless;
  return Math.min(...candidate) > Math.max(...incumbent) * factor;
}

/**
 * Prediction is advised only where it is faster when the answer repeats the prompt, and costs nothing
 * when it does not.
 */
export function judgePrediction({
  incumbent,
  candidate,
  sameAnswers,
}: PredictionPair): Judgement | 'other-answer' {
  if (!sameAnswers) return 'other-answer';
  if (Math.min(candidate.repeating.tokens, candidate.fresh.tokens) < tellingTokens) {
    return 'no-difference';
  }
  const [before, after] = [incumbent.fresh.msPerToken, candidate.fresh.msPerToken];
  const repeating = judge(incumbent.repeating.msPerToken, candidate.repeating.msPerToken);
  if (repeating === 'slower' || judge(before, after) === 'slower') return 'slower';
  const loses = (median(after) ?? 0) > (median(before) ?? 0) * (1 + worthwhile);
  return repeating === 'faster' && !loses ? 'faster' : 'no-difference';
}

function isBelow(low: readonly number[], high: readonly number[]): boolean {
  const [lower, higher] = [median(low), median(high)];
  if (lower === null || higher === null) return false;
  return Math.max(...low) < Math.min(...high) && lower < higher * (1 - worthwhile);
}
