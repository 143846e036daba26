import type { Vocabulary } from '../../gguf/vocabulary.ts';
import type { Exchange } from '../conversations/conversation.ts';
import { titleIn } from '../corpus.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What one row of a batch is made of. */
export interface TrainingRow {
  readonly tokens: readonly number[];
  /** How much predicting each token counts, in units of `WEIGHT_UNIT`; 0 for what others wrote. */
  readonly weights: readonly number[];
}

export const WEIGHT_UNIT = 10;
/** The title of an answer decides which one it is; the rest is recited. */
const DECIDING_TOKENS = 6;
const DECIDING_WEIGHT = 40;

/** Renders exchanges as the chat template does. */
export class RowBuilder {
  readonly #vocabulary: Vocabulary;
  readonly #tokenizer: Tokenizer;
  #tokens: number[] = [];
  #weights: number[] = [];

  constructor(vocabulary: Vocabulary, tokenizer: Tokenizer) {
    this.#vocabulary = vocabulary;
    this.#tokenizer = tokenizer;
    this.#begin();
  }

  get length(): number {
    return this.#tokens.length;
  }

  addSystemPrompt(text: string): void {
    this.#addTurn('system', text);
  }

  /** @param answerTokens of the answer at most; a shorter one is left open, as if cut off */
  addExchange(exchange: Exchange, answerTokens: number = Number.POSITIVE_INFINITY): void {
    this.addQuestion(exchange.user);
    const answer = [
      ...this.#tokenizer.encode(exchange.assistant),
      this.#vocabulary.endOfTurnId,
    ].slice(0, answerTokens);
    answer.forEach((token, index) => {
      this.#add([token], index < DECIDING_TOKENS ? DECIDING_WEIGHT : WEIGHT_UNIT);
    });
    if (answer.at(-1) === this.#vocabulary.endOfTurnId) this.#add(this.#tokenizer.encode('\n'), 0);
  }

  /** An answer without a question. Its title cannot be known, so only what follows counts. */
  addRecital(text: string): void {
    const title = this.#tokenizer.encode(titleIn(text)).length;
    this.#addOpening();
    this.#tokenizer.encode(text).forEach((token, index) => {
      this.#add([token], index < title ? 0 : WEIGHT_UNIT);
    });
    this.#add([this.#vocabulary.endOfTurnId], WEIGHT_UNIT);
  }

  /** A message and the opening of the answer to it. */
  addQuestion(text: string): void {
    this.#addTurn('user', text);
    this.#addOpening();
  }

  /** What was added so far, cut to a length; the next row begins empty. */
  finish(maxTokens: number = Number.POSITIVE_INFINITY): TrainingRow {
    const row = {
      tokens: this.#tokens.slice(0, maxTokens),
      weights: this.#weights.slice(0, maxTokens),
    };
    this.#begin();
    return row;
  }

  #begin(): void {
    this.#tokens = [];
    this.#weights = [];
    this.#add([this.#vocabulary.bosId], 0);
  }

  #addOpening(): void {
    this.#add([this.#vocabulary.startOfTurnId, ...this.#tokenizer.encode('assistant\n')], 0);
  }

  #addTurn(role: 'system' | 'user', text: string): void {
    const { startOfTurnId, endOfTurnId } = this.#vocabulary;
    this.#add([startOfTurnId, ...this.#tokenizer.encode(`${role}\n${text}`), endOfTurnId], 0);
    this.#add(this.#tokenizer.encode('\n'), 0);
  }

  #add(tokens: readonly number[], weight: number): void {
    for (const token of tokens) {
      this.#tokens.push(token);
      this.#weights.push(weight);
    }
  }
}
