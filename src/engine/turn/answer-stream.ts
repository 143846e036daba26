import type { Token } from 'node-llama-cpp';
import type { Segment } from '#shared/chat/conversation.ts';
import type { RememberedAnswer } from './answer-memory.ts';
import type { RenderedPrompt } from './chat-template.ts';
import { SegmentSplitter } from './segment-splitter.ts';
import { TextFlow } from './text-flow.ts';
import { type Detokenize, TokenText } from './token-text.ts';

/**
 * From generated tokens to packets of text. A token is only noted when it arrives; its text is made
 * on the next turn of the event loop, while the model already works on the next token.
 */
export class AnswerStream {
  readonly #tokenText: TokenText;
  readonly #splitter: SegmentSplitter;
  readonly #flow: TextFlow;
  readonly #written: Record<Segment, string> = { answer: '', reasoning: '' };
  readonly #waiting: Token[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  constructor(
    prompt: RenderedPrompt,
    detokenize: Detokenize,
    send: (segment: Segment, text: string) => void,
  ) {
    this.#tokenText = new TokenText(detokenize, prompt.tokens.slice(-4));
    this.#flow = new TextFlow(send);
    this.#splitter = new SegmentSplitter(prompt.markers, prompt.startsIn, (segment, text) => {
      this.#written[segment] += text;
      this.#flow.add(segment, text);
    });
  }

  push(token: Token): void {
    this.#waiting.push(token);
    this.#scheduled ??= setImmediate(() => this.#drain());
  }

  /** True once a stop text was completed: generating more is of no use. */
  get stopped(): boolean {
    return this.#splitter.stopped;
  }

  /** The answer is over: sends what is left. */
  end(): RememberedAnswer {
    clearImmediate(this.#scheduled);
    this.#drain();
    const last = this.#tokenText.end();
    if (last !== null) this.#splitter.push(last.text, last.hidden);
    this.#splitter.end();
    this.#flow.flush();
    return {
      text: this.#written.answer,
      reasoning: this.#written.reasoning,
      textTokens: this.#tokensOf('answer'),
      reasoningTokens: this.#tokensOf('reasoning'),
    };
  }

  #tokensOf(segment: Segment): Token[] | null {
    const range = this.#splitter.range(segment);
    return range === null ? null : this.#tokenText.tokensWithin(range);
  }

  #drain(): void {
    this.#scheduled = undefined;
    for (const token of this.#waiting) {
      const piece = this.#tokenText.push(token);
      if (piece !== null) this.#splitter.push(piece.text, piece.hidden);
    }
    this.#waiting.length = 0;
  }
}
