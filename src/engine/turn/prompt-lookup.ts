import { InputLookupTokenPredictor, type Token } from 'node-llama-cpp';

/** Fewer tokens in a row stand in most prompts by chance, and each wrong guess is computed for nothing. */
const sameTokens = 3;
/**
 * At once. The library (3.21.1) never takes a second guess for right, since it forgets what the first one
 * was held against: further ones would be computed for nothing.
 */
const mostGuesses = 1;

/** Guesses the next tokens from the prompt, where the end of the answer stands in it. */
export class PromptLookup extends InputLookupTokenPredictor {
  /** How many tokens were guessed for the step that was evaluated last. */
  guessed = 0;
  /** Tokens in the cells once those are evaluated that are about to be. */
  #length = 0;
  readonly #capacityTokens: number;

  /** @param capacityTokens most tokens that can be evaluated */
  constructor(capacityTokens: number) {
    super({ patternLength: { min: sameTokens } });
    this.#capacityTokens = capacityTokens;
  }

  override reset(start: Parameters<InputLookupTokenPredictor['reset']>[0]): void {
    super.reset(start);
    this.#length = start.stateTokens.length;
  }

  override pushTokens(tokens: Token[]): void {
    super.pushTokens(tokens);
    this.#length += tokens.length;
  }

  /** Never more than there is room for: the library would ask to shift the context for one too many. */
  override predictTokens(): Token[] {
    const room = Math.max(0, this.#capacityTokens - this.#length);
    const guesses = super.predictTokens().slice(0, Math.min(mostGuesses, room));
    this.guessed = guesses.length;
    return guesses;
  }
}
