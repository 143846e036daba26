import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { PredictionCounts } from '#shared/metrics/turn-figures.ts';
import { PromptLookup } from './prompt-lookup.ts';

/** A prompt held against what the cache holds. */
export interface CacheComparison {
  readonly cached: readonly Token[];
  /** How many tokens both begin with. */
  readonly sharedTokens: number;
  /** How many of those can stay. */
  readonly keptTokens: number;
  /** Why fewer can stay than are shared, where they are. */
  readonly rewindFailure: 'no-rollback' | 'sliding-window' | null;
}

/**
 * One sequence of a context, kept equal to a token list of ours. Only tails are ever erased:
 * erasing in the middle or shifting kills the process with some cache types.
 */
export class SequenceCache {
  readonly sequence: LlamaContextSequence;
  /** Tokens; null where all layers see the whole context. */
  readonly slidingWindow: number | null;
  /** Where the model was loaded with token prediction. */
  readonly lookup: PromptLookup | null;
  readonly #recurrent: boolean;

  constructor(sequence: LlamaContextSequence) {
    const insights = sequence.model.fileInsights;
    this.sequence = sequence;
    this.slidingWindow = insights.swaSize ?? null;
    this.lookup = sequence.tokenPredictor instanceof PromptLookup ? sequence.tokenPredictor : null;
    this.#recurrent = insights.isRecurrent || insights.isHybrid;
  }

  /** Tokens whose keys and values are in the cache. */
  get usedTokens(): number {
    return this.sequence.nextTokenIndex;
  }

  /** Most tokens that can be evaluated: the library keeps the last cell free. */
  get capacityTokens(): number {
    return this.sequence.contextSize - 1;
  }

  /** Tokens in the cache, in their order. */
  get tokens(): readonly Token[] {
    return this.sequence.contextTokens;
  }

  /**
   * Changes nothing. At least the prompt's last token is left to evaluate, because the logits of the
   * first answer token come from it.
   */
  compare(prompt: readonly Token[]): CacheComparison {
    const cached = this.sequence.contextTokens;
    const sharedTokens = commonPrefixLength(cached, prompt.slice(0, -1));
    const rewindFailure =
      sharedTokens === cached.length ? null : this.#whyNotRewindTo(sharedTokens);
    return {
      cached,
      sharedTokens,
      keptTokens: rewindFailure === null ? sharedTokens : 0,
      rewindFailure,
    };
  }

  /** Drops all but what a comparison made just now says can stay. */
  async keep({ cached, keptTokens }: CacheComparison): Promise<void> {
    if (keptTokens === cached.length) return;
    await this.sequence.eraseContextTokenRanges([{ start: keptTokens, end: cached.length }]);
  }

  /** Since the sequence was made. */
  get predictions(): PredictionCounts {
    const { validated, refuted } = this.sequence.tokenPredictions;
    return { accepted: validated, guessed: validated + refuted };
  }

  /** Drops tokens that were guessed right and that nobody has asked for. */
  async dropGuessed(): Promise<void> {
    if (this.lookup === null) return;
    const { nextTokenIndex, contextSize } = this.sequence;
    await this.sequence.eraseContextTokenRanges([{ start: nextTokenIndex, end: contextSize }]);
  }

  async clear(): Promise<void> {
    await this.sequence.clearHistory();
  }

  /**
   * A sliding-window layer drops cells that no later token needs, so after a rewind the window may
   * be incomplete; llama.cpp accepts that and answers differently. One that keeps every token has its first
   * cell at the beginning, so that any rewind is fine. Recurrent state knows only its end.
   */
  #whyNotRewindTo(position: number): CacheComparison['rewindFailure'] {
    if (position === 0) return null;
    if (this.#recurrent) return 'no-rollback';
    if (this.slidingWindow === null) return null;
    const needed = Math.max(0, position - this.slidingWindow);
    return this.sequence.stateCellsStartIndex <= needed ? null : 'sliding-window';
  }
}

function commonPrefixLength(a: readonly Token[], b: readonly Token[]): number {
  const length = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < length && a[shared] === b[shared]) shared++;
  return shared;
}
