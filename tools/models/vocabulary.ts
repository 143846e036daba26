import { mergedPieces } from '../gguf/piece-merging.ts';
import {
  assembleVocabulary,
  SPACE,
  TOKEN_TYPE,
  type Vocabulary,
  type VocabularyToken,
} from '../gguf/vocabulary.ts';
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

export interface SpokenToken extends VocabularyToken {
  readonly role: TokenRole;
}

export interface SpokenVocabulary extends Vocabulary {
  readonly tokens: readonly SpokenToken[];
}

/**
 * The vocabulary of our own word list, each word of it a piece of its own.
 *
 * @param atLeast tokens; unused ones make up for what is missing
 */
export function buildVocabulary(atLeast = 0): SpokenVocabulary {
  const roles = spokenRoles();
  const vocabulary = assembleVocabulary(mergedPieces(weightedWords()));
  const tokens = vocabulary.tokens.map((token, id): SpokenToken => {
    if (id === vocabulary.endOfTurnId) return { ...token, role: 'end' };
    if (token.text === '.') return { ...token, role: 'stop' };
    return { ...token, role: roles.get(token.text) ?? 'other' };
  });
  for (let id = tokens.length; id < atLeast; id++) {
    tokens.push({ text: `<unused_${id}>`, type: TOKEN_TYPE.normal, score: -id, role: 'other' });
  }
  return { ...vocabulary, tokens };
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
