import type { Token } from 'node-llama-cpp';

/** Characters of all texts together. */
const maxCharacters = 4_000_000;

/** Remembers the tokens of texts: all of a conversation but its last message is rendered every turn. */
export class TokenCache {
  readonly #known = new Map<string, readonly Token[]>();
  #characters = 0;

  /** @param key of the text and of everything that its tokens depend on */
  get(key: string, tokenize: () => readonly Token[]): readonly Token[] {
    const known = this.#known.get(key);
    const tokens = known ?? tokenize();
    // The ones used last stay longest.
    if (known === undefined) this.#characters += key.length;
    else this.#known.delete(key);
    this.#known.set(key, tokens);
    for (const oldest of this.#known.keys()) {
      if (this.#characters <= maxCharacters) break;
      this.#known.delete(oldest);
      this.#characters -= oldest.length;
    }
    return tokens;
  }
}
