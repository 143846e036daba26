import { SPACE, TOKEN_TYPE, type Vocabulary } from '../../gguf/vocabulary.ts';

/** Text to tokens as llama.cpp does it for vocabularies of type `llama`, without a space prefix. */
export interface Tokenizer {
  /** Ordinary text: what looks like a control token is text here. */
  encode(text: string): readonly number[];
}

/** Cut here and nothing changes, because no piece has such a border inside; what repeats is cheap. */
const PARTS = / ?(?:[A-Za-z0-9_']+|\*+|[^A-Za-z0-9_' ])| /gu;

export function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const ids = new Map<string, number>();
  vocabulary.tokens.forEach((token, id) => {
    if (token.type === TOKEN_TYPE.normal) ids.set(token.text, id);
  });
  const scores = vocabulary.tokens.map(token => token.score);
  const firstByte = vocabulary.tokens.findIndex(token => token.type === TOKEN_TYPE.byte);
  const known = new Map<string, readonly number[]>();

  const encodePart = (part: string): readonly number[] => {
    const found = known.get(part);
    if (found !== undefined) return found;
    const encoded = joinByScore(part.replaceAll(' ', SPACE), ids, scores).flatMap(piece => {
      const id = ids.get(piece);
      return id === undefined ? bytesOf(piece).map(byte => firstByte + byte) : [id];
    });
    known.set(part, encoded);
    return encoded;
  };
  return {
    encode: text =>
      // A reader cannot tell the sign for a space from a space, and llama.cpp does not either.
      [...text.replaceAll(SPACE, ' ').matchAll(PARTS)].flatMap(([part]) => encodePart(part)),
  };
}

/**
 * Joins the neighbours whose joint piece has the highest score, the leftmost of equals, until no two
 * neighbours are a piece. Source: llama.cpp `src/llama-vocab.cpp`, `llm_tokenizer_spm_session`.
 */
function joinByScore(
  text: string,
  ids: ReadonlyMap<string, number>,
  scores: readonly number[],
): string[] {
  const pieces = Array.from(text);
  for (;;) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let index = 0; index + 1 < pieces.length; index++) {
      const id = ids.get(`${pieces[index]}${pieces[index + 1]}`);
      const score = id === undefined ? undefined : scores[id];
      if (score !== undefined && score > bestScore) {
        best = index;
        bestScore = score;
      }
    }
    if (best < 0) return pieces;
    pieces.splice(best, 2, `${pieces[best]}${pieces[best + 1]}`);
  }
}

function bytesOf(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
