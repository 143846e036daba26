import type { Token } from 'node-llama-cpp';
import type { RawRange } from './segment-splitter.ts';

/** A UTF-8 character is at most this many byte tokens long. */
const longestCharacter = 4;
const replacementCharacter = '\ufffd';

export interface TextPiece {
  readonly text: string;
  /** Text of a control token: for matching markers, not for reading. */
  readonly hidden: boolean;
}

/**
 * @param before tokens that precede them: some tokenizers decide by those about a leading space
 */
export type Detokenize = (
  tokens: readonly Token[],
  special: boolean,
  before: readonly Token[],
) => string;

interface TokenSpan {
  readonly token: Token;
  readonly start: number;
  readonly end: number;
}

/**
 * Turns tokens into text. A character may be spread over several tokens, so tokens are held until
 * their text no longer ends in the middle of one; bytes that never become a character are let go.
 */
export class TokenText {
  readonly #detokenize: Detokenize;
  readonly #spans: TokenSpan[] = [];
  #before: readonly Token[];
  #held: Token[] = [];
  #length = 0;

  constructor(detokenize: Detokenize, before: readonly Token[]) {
    this.#detokenize = detokenize;
    this.#before = before;
  }

  push(token: Token): TextPiece | null {
    this.#held.push(token);
    const text = this.#detokenize(this.#held, false, this.#before);
    if (text.endsWith(replacementCharacter) && this.#held.length < longestCharacter) return null;
    return this.#emit(text);
  }

  /** What is still held at the end of the answer. */
  end(): TextPiece | null {
    if (this.#held.length === 0) return null;
    return this.#emit(this.#detokenize(this.#held, false, this.#before));
  }

  /**
   * The tokens that make up a range of the text that was returned.
   *
   * @returns null when the range begins or ends within a token
   */
  tokensWithin(range: RawRange): Token[] | null {
    const inside = this.#spans.filter(span => span.start >= range.start && span.end <= range.end);
    const first = inside[0];
    const last = inside.at(-1);
    if (first === undefined || last === undefined) return null;
    if (first.start !== range.start || last.end !== range.end) return null;
    return inside.map(span => span.token);
  }

  #emit(visible: string): TextPiece {
    const hidden = visible === '';
    const text = hidden ? this.#detokenize(this.#held, true, this.#before) : visible;
    const start = this.#length;
    this.#length += text.length;
    for (const token of this.#held) this.#spans.push({ token, start, end: this.#length });
    this.#before = this.#held;
    this.#held = [];
    return { text, hidden };
  }
}
