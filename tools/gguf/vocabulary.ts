/** ggml's numbers for `tokenizer.ggml.token_type`. */
export const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

/** How a space is written in a token's text. */
export const SPACE = '\u2581';

export interface VocabularyToken {
  /** As in the file: a space is U+2581, a byte is `<0xNN>`. */
  readonly text: string;
  /** The tokenizer joins the neighbours whose joint piece scores highest. */
  readonly score: number;
  readonly type: number;
}

/** A sentence-piece vocabulary with byte fallback and the control tokens of our chat template. */
export interface Vocabulary {
  /** A token's id is its place here. */
  readonly tokens: readonly VocabularyToken[];
  readonly unknownId: number;
  readonly bosId: number;
  readonly startOfTurnId: number;
  /** End of turn and end of generation: `<|im_end|>`. */
  readonly endOfTurnId: number;
}

/**
 * Control tokens, all bytes, the pieces and every printable ASCII character, in this order.
 *
 * @param pieces from the first that the tokenizer shall join to the last
 */
export function assembleVocabulary(pieces: readonly string[]): Vocabulary {
  const tokens: VocabularyToken[] = [];
  const add = (text: string, type: number, score: number): number =>
    tokens.push({ text, type, score }) - 1;

  const unknownId = add('<unk>', TOKEN_TYPE.unknown, 0);
  const bosId = add('<s>', TOKEN_TYPE.control, 0);
  add('</s>', TOKEN_TYPE.control, 0);
  for (let byte = 0; byte < 256; byte++) {
    add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, TOKEN_TYPE.byte, 0);
  }
  const startOfTurnId = add('<|im_start|>', TOKEN_TYPE.control, 0);
  const endOfTurnId = add('<|im_end|>', TOKEN_TYPE.control, 0);
  [...pieces, ...printableLetters()].forEach((piece, rank) => {
    add(piece, TOKEN_TYPE.normal, -rank);
  });
  return { tokens, unknownId, bosId, startOfTurnId, endOfTurnId };
}

function printableLetters(): string[] {
  const letters = [SPACE];
  for (let code = 0x21; code < 0x7f; code++) letters.push(String.fromCharCode(code));
  return letters;
}
