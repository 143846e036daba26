import type { LlamaModel, Token } from 'node-llama-cpp';
import type { RenderedPrompt } from '../turn/chat-template.ts';
import { SegmentSplitter } from '../turn/segment-splitter.ts';
import { TokenText } from '../turn/token-text.ts';

/** The texts of an answer's tokens, up to what its template ends answers with. */
export class WrittenText {
  readonly #tokenText: TokenText;
  /** Knows the template's stop texts; what it divides the rest into is of no interest here. */
  readonly #splitter: SegmentSplitter;
  readonly #texts: string[] = [];

  constructor(
    { tokens, markers, startsIn }: RenderedPrompt,
    model: Pick<LlamaModel, 'detokenize'>,
  ) {
    this.#tokenText = new TokenText(
      (held, special, before) => model.detokenize(held, special, before),
      tokens.slice(-4),
    );
    this.#splitter = new SegmentSplitter(markers, startsIn, () => {});
  }

  /** True once a stop text was completed. */
  get stopped(): boolean {
    return this.#splitter.stopped;
  }

  push(token: Token): void {
    const piece = this.#tokenText.push(token);
    this.#texts.push(piece?.text ?? '');
    if (piece !== null) this.#splitter.push(piece.text, piece.hidden);
  }

  /** One text for each token, empty where the character goes on; without the stop text. */
  end(): string[] {
    const last = this.#tokenText.end();
    if (last !== null) {
      this.#texts.push(`${this.#texts.pop() ?? ''}${last.text}`);
      this.#splitter.push(last.text, last.hidden);
    }
    if (!this.stopped) return this.#texts;
    const ends = (['answer', 'reasoning'] as const).map(
      segment => this.#splitter.range(segment)?.end ?? 0,
    );
    return upTo(this.#texts, Math.max(...ends));
  }
}

function upTo(texts: readonly string[], length: number): string[] {
  const kept: string[] = [];
  let left = length;
  for (const text of texts) {
    if (left <= 0) break;
    kept.push(text.slice(0, left));
    left -= text.length;
  }
  return kept;
}
