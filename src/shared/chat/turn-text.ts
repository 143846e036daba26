import { formatDuration, formatRate, formatTokenCount, formatTokens } from '../metrics/format.ts';
import type { TurnFigures } from '../metrics/turn-figures.ts';
import type { TurnProgress } from './turn-progress.ts';

/**
 * How far a running turn is, as a sentence without its full stop.
 *
 * @param stalled what the speed was is no speed any more, and nobody knows what is left
 */
export function describeProgress(progress: TurnProgress | null, stalled = false): string {
  switch (progress?.phase) {
    case undefined:
    case 'queued':
      return 'Waiting for the model';
    case 'decode':
      return 'Answering';
    case 'prefill': {
      const { doneTokens, totalTokens, reusedTokens, tokensPerSecond, remainingMs } = progress;
      const reused = reusedTokens === 0 ? '' : ` (${formatTokens(reusedTokens)} reused)`;
      return [
        `Reading ${formatTokens(doneTokens)} of ${formatTokens(totalTokens)} tokens${reused}`,
        ...(tokensPerSecond === null || stalled ? [] : [formatRate(tokensPerSecond)]),
        ...(remainingMs === null || stalled ? [] : [`${formatDuration(remainingMs)} left`]),
      ].join(', ');
    }
  }
}

/** Why an answer ended other than by itself, and what to do about it; null when it ended by itself. */
export function describeStop(figures: TurnFigures): string | null {
  switch (figures.stopReason) {
    case 'end-of-turn':
      return null;
    case 'stopped':
      return figures.generatedTokens === 0
        ? 'You stopped this answer before its first token.'
        : 'You stopped this answer.';
    case 'token-limit':
      return `This answer reached the limit of ${formatTokenCount(figures.generatedTokens)} that is set for one answer. You can raise it in the chat settings.`;
    case 'context-full':
      return `The context is full: ${inUse(figures)}, so the answer ends here. Start a new chat, or load the model with a longer context.`;
  }
}

/**
 * Below this the built-in model's answer is called unsure. Measured on questions that it was not
 * trained on; the card of the model says how many wrong and right answers lie below.
 */
const unsureBelow = 0.5;

/** Why not to trust an answer of the built-in model; null where there is no sign of that. */
export function describeDoubt({ openingProbability }: TurnFigures): string | null {
  return openingProbability === null || openingProbability >= unsureBelow
    ? null
    : 'The small model is unsure here and may have taken your question for another one.';
}

/** The engine fills all cells but the last; the figures beside this sentence say the same. */
function inUse({ cacheUsedTokens, cacheCapacityTokens }: TurnFigures): string {
  const capacity = formatTokens(cacheCapacityTokens);
  return cacheUsedTokens >= cacheCapacityTokens
    ? `all ${capacity} tokens of the cache are in use`
    : `${formatTokens(cacheUsedTokens)} of ${capacity} tokens of the cache are in use and the rest has to stay free`;
}
