import type { Token } from 'node-llama-cpp';

/** The tokens of one answer, apart from its text so that an edited answer is not mistaken for it. */
export interface RememberedAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** Null where they could not be told apart from what surrounds them. */
  readonly textTokens: readonly Token[] | null;
  readonly reasoningTokens: readonly Token[] | null;
}

/** All answers together; 8 bytes a token. */
const maxRememberedTokens = 2_000_000;

/**
 * What the model generated, by answer id. A text tokenizes to other tokens than those that it was
 * generated as, and a prompt built from those would not match the cache.
 */
export class AnswerMemory {
  readonly #answers = new Map<string, RememberedAnswer>();
  #tokens = 0;

  remember(answerId: string, answer: RememberedAnswer): void {
    this.#forget(answerId);
    this.#answers.set(answerId, answer);
    this.#tokens += tokenCount(answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#tokens <= maxRememberedTokens) break;
      this.#forget(oldest);
    }
  }

  /** As it was generated, whatever has become of it since. */
  get(answerId: string): RememberedAnswer | undefined {
    return this.#answers.get(answerId);
  }

  /** Null when it is not known, or when the text is not the one that was generated. */
  find(answerId: string, text: string, reasoning: string): RememberedAnswer | null {
    const answer = this.#answers.get(answerId);
    if (answer === undefined || answer.text !== text || answer.reasoning !== reasoning) return null;
    return answer;
  }

  #forget(answerId: string): void {
    const answer = this.#answers.get(answerId);
    if (answer === undefined) return;
    this.#answers.delete(answerId);
    this.#tokens -= tokenCount(answer);
  }
}

/** An answer and what was written on to it. */
export function joined(begun: RememberedAnswer | null, more: RememberedAnswer): RememberedAnswer {
  if (begun === null) return more;
  const both = (
    first: string,
    a: readonly Token[] | null,
    second: string,
    b: readonly Token[] | null,
  ) => {
    if (second === '') return a;
    if (first === '') return b;
    return a === null || b === null ? null : [...a, ...b];
  };
  return {
    text: begun.text + more.text,
    reasoning: begun.reasoning + more.reasoning,
    textTokens: both(begun.text, begun.textTokens, more.text, more.textTokens),
    reasoningTokens: both(
      begun.reasoning,
      begun.reasoningTokens,
      more.reasoning,
      more.reasoningTokens,
    ),
  };
}

function tokenCount(answer: RememberedAnswer): number {
  return (answer.textTokens?.length ?? 0) + (answer.reasoningTokens?.length ?? 0);
}
