import {
  ENDINGS,
  LINE_STARTS,
  OPENING_WORDS,
  SILENT_WORDS,
  SPOKEN_WORDS,
  type SpokenRole,
} from './word-list.ts';

/** What a token is to the grammar; `other` covers bytes, letters, fragments and silent words. */
export type TokenRole = SpokenRole | 'opener' | 'starter' | 'stop' | 'end' | 'other';

/** ggml's numbers for `tokenizer.ggml.token_type`. */
const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;

export interface VocabularyToken {
  /** As in the file: a leading space is U+2581, a byte is `<0xNN>`. */
  readonly text: string;
  /** The tokenizer joins the neighbours whose joint piece scores highest. */
  readonly score: number;
  readonly type: number;
  readonly role: TokenRole;
}

export interface Vocabulary {
  readonly tokens: readonly VocabularyToken[];
  readonly unknownId: number;
  readonly bosId: number;
  /** End of turn and end of generation: `<|im_end|>`. */
  readonly endOfTurnId: number;
}

const SPACE = '\u2581';

/**
 * A sentence-piece vocabulary with byte fallback over our own word list. The joined pieces are those
 * that byte-pair merging of the list produces until every word is one piece, and their scores are
 * the merge ranks, so greedy joining by score arrives at the same pieces as the merging did.
 */
export function buildVocabulary(): Vocabulary {
  const roles = spokenRoles();
  const tokens: VocabularyToken[] = [];
  const add = (text: string, type: number, score: number, role: TokenRole = 'other'): number =>
    tokens.push({ text, type, score, role }) - 1;

  const unknownId = add('<unk>', TOKEN_TYPE.unknown, 0);
  const bosId = add('<s>', TOKEN_TYPE.control, 0);
  add('</s>', TOKEN_TYPE.control, 0);
  for (let byte = 0; byte < 256; byte++) {
    add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, TOKEN_TYPE.byte, 0);
  }
  add('<|im_start|>', TOKEN_TYPE.control, 0);
  const endOfTurnId = add('<|im_end|>', TOKEN_TYPE.control, 0, 'end');

  let rank = 0;
  for (const piece of mergedPieces(weightedWords())) {
    add(piece, TOKEN_TYPE.normal, -rank++, roles.get(piece));
  }
  for (const letter of printableLetters()) {
    add(letter, TOKEN_TYPE.normal, -rank++, letter === '.' ? 'stop' : 'other');
  }
  return { tokens, unknownId, bosId, endOfTurnId };
}

function spokenRoles(): Map<string, TokenRole> {
  const roles = new Map<string, TokenRole>();
  for (const [role, words] of SPOKEN_WORDS) {
    for (const word of words) roles.set(SPACE + word, role);
  }
  for (const word of OPENING_WORDS) {
    roles.set(word, 'opener');
    roles.set(SPACE + word, 'starter');
  }
  return roles;
}

function printableLetters(): string[] {
  const letters = [SPACE];
  for (let code = 0x21; code < 0x7f; code++) letters.push(String.fromCharCode(code));
  return letters;
}

/** Earlier lists weigh more, which decides what the shared fragments look like. */
function weightedWords(): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (word: string, weight: number): void => {
    weights.set(word, (weights.get(word) ?? 0) + weight);
  };
  for (const ending of ENDINGS) add(ending, 6);
  for (const [, words] of SPOKEN_WORDS) for (const word of words) add(SPACE + word, 4);
  for (const word of SILENT_WORDS) add(SPACE + word, 4);
  for (const word of OPENING_WORDS) {
    add(word, 2);
    add(SPACE + word, 2);
  }
  for (const word of LINE_STARTS) add(word, 1);
  return weights;
}

interface MergingWord {
  parts: string[];
  readonly weight: number;
}

/** Joins the heaviest neighbouring pair, over and over, until every word is a single piece. */
function mergedPieces(words: ReadonlyMap<string, number>): string[] {
  const merging: MergingWord[] = Array.from(words, ([word, weight]) => ({
    parts: Array.from(word),
    weight,
  }));
  const pairs = new Map<string, { weight: number; readonly holders: Set<MergingWord> }>();
  const count = (word: MergingWord, sign: 1 | -1): void => {
    for (let index = 0; index + 1 < word.parts.length; index++) {
      const pair = `${word.parts[index]} ${word.parts[index + 1]}`;
      const entry = pairs.get(pair) ?? { weight: 0, holders: new Set() };
      entry.weight += sign * word.weight;
      if (sign === 1) entry.holders.add(word);
      pairs.set(pair, entry);
    }
  };
  for (const word of merging) count(word, 1);

  const pieces = new Set<string>();
  for (;;) {
    const pair = heaviest(pairs);
    if (pair === undefined) return [...pieces];
    const [left = '', right = ''] = pair.split(' ');
    pieces.add(left + right);
    for (const word of pairs.get(pair)?.holders ?? []) {
      count(word, -1);
      word.parts = joined(word.parts, left, right);
      count(word, 1);
    }
    pairs.delete(pair);
  }
}

/** The first of the heaviest in insertion order, which is the same on every run. */
function heaviest(pairs: ReadonlyMap<string, { readonly weight: number }>): string | undefined {
  let best: string | undefined;
  let bestWeight = 0;
  for (const [pair, { weight }] of pairs) {
    if (weight > bestWeight) {
      best = pair;
      bestWeight = weight;
    }
  }
  return best;
}

function joined(parts: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? '';
    if (part === left && parts[index + 1] === right) {
      result.push(left + right);
      index++;
    } else {
      result.push(part);
    }
  }
  return result;
}
