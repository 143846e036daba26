/** Keeps the last `limit` characters of a text that comes in pieces. */
export class TextTail {
  readonly #limit: number;
  #text = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  append(piece: string): void {
    this.#text = (this.#text + piece).slice(-this.#limit);
  }

  toString(): string {
    return this.#text;
  }
}
