/** Tokens that tell which answer it is going to be. */
const openingTokens = 8;

/** How sure the model was of its first words: the product of their probabilities as it was sampled. */
export class OpeningProbability {
  #product: number | null = null;
  #count = 0;

  /** @param probability of the next generated token; undefined where it was not measured */
  record(probability: number | undefined): void {
    if (probability === undefined || this.#count === openingTokens) return;
    this.#count += 1;
    this.#product = (this.#product ?? 1) * probability;
  }

  /** Null without a single token. */
  get value(): number | null {
    return this.#product;
  }
}
