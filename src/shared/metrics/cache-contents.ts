import type { TurnFigures } from './turn-figures.ts';

/** What the used cells hold, in tokens. The three parts sum to the used tokens. */
export interface CacheContents {
  /** System prompt and earlier turns: kept from before this turn. */
  readonly history: number;
  /** New tokens of this turn's prompt. */
  readonly prompt: number;
  /** Generated in this turn. */
  readonly answer: number;
}

/** How the prompt of a turn splits; known once its prefill has begun. */
export interface PromptSplit {
  readonly reusedTokens: number;
  readonly newTokens: number;
}

/**
 * Splits the used tokens by what they are. Null when it is not known: the cache then belongs to a
 * turn that this viewer has not seen.
 *
 * @param running of the turn that is going on now, null when there is none
 * @param lastTurn figures of the newest finished turn of the conversation in view
 */
export function cacheContents(
  usedTokens: number,
  running: PromptSplit | null,
  lastTurn: Pick<TurnFigures, 'reusedTokens' | 'prefilledTokens' | 'cacheUsedTokens'> | null,
): CacheContents | null {
  if (running !== null) return split(usedTokens, running.reusedTokens, running.newTokens);
  if (lastTurn === null || lastTurn.cacheUsedTokens !== usedTokens) return null;
  return split(usedTokens, lastTurn.reusedTokens, lastTurn.prefilledTokens);
}

function split(used: number, reused: number, prefilled: number): CacheContents {
  const history = Math.min(reused, used);
  const prompt = Math.min(prefilled, used - history);
  return { history, prompt, answer: used - history - prompt };
}
