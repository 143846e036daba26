import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/**
 * The one sequence of a context, kept equal to a token list of ours. Only tails are ever erased:
 * erasing in the middle or shifting kills the process with some cache types.
 */
export class SequenceCache {
  readonly sequence: LlamaContextSequence;
  readonly #slidingWindow: number;
  readonly #recurrent: boolean;

  constructor(sequence: LlamaContextSequence) {
    const insights = sequence.model.fileInsights;
    this.sequence = sequence;
    this.#slidingWindow = insights.swaSize ?? 0;
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

  /**
   * Drops what does not begin `prompt`. At least the prompt's last token is left to evaluate,
   * because the logits of the first answer token come from it.
   *
   * @returns how many of the prompt's tokens are in the cache now
   */
  async alignTo(prompt: readonly Token[]): Promise<number> {
    const cached = this.sequence.contextTokens;
    const shared = commonPrefixLength(cached, prompt.slice(0, -1));
    if (shared === cached.length) return shared;
    const kept = this.#canRewindTo(shared) ? shared : 0;
    await this.sequence.eraseContextTokenRanges([{ start: kept, end: cached.length }]);
    return kept;
  }

  async clear(): Promise<void> {
    await this.sequence.clearHistory();
  }

  /**
   * A sliding-window layer drops cells that no later token needs, so after a rewind the window may
   * be incomplete; llama.cpp accepts that and answers differently. Recurrent state knows only its end.
   */
  #canRewindTo(position: number): boolean {
    if (this.#recurrent || position === 0) return false;
    if (this.#slidingWindow === 0) return true;
    return this.sequence.stateCellsStartIndex <= Math.max(0, position - this.#slidingWindow);
  }
}

function commonPrefixLength(a: readonly Token[], b: readonly Token[]): number {
  const length = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < length && a[shared] === b[shared]) shared++;
  return shared;
}
