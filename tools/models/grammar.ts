import type { SpokenVocabulary, TokenRole } from './vocabulary.ts';

/**
 * How the generated models are led to speak in sentences although their weights are random.
 *
 * The first values of every token's embedding are not random: one is the same for all tokens and one
 * more says which role the token plays. No layer writes to these values, so they arrive unchanged at
 * the output matrix, whose rows turn them into a log-probability of the next token's role. Everything
 * else in a logit is random and depends on the whole context, through attention as in any model.
 */
export const GRAMMAR_WIDTH = 32;

/** What may follow what, and how often. A role without a row is followed by an opening word. */
const FOLLOWERS: Readonly<
  Partial<Record<TokenRole, Readonly<Partial<Record<TokenRole, number>>>>>
> = {
  opener: { adjective: 0.5, noun: 0.5 },
  starter: { adjective: 0.5, noun: 0.5 },
  determiner: { adjective: 0.4, noun: 0.6 },
  adjective: { noun: 1 },
  noun: { verb: 0.4, preposition: 0.3, link: 0.12, stop: 0.18 },
  verb: { determiner: 0.65, adverb: 0.2, preposition: 0.15 },
  adverb: { stop: 0.5, preposition: 0.3, link: 0.2 },
  preposition: { determiner: 1 },
  link: { determiner: 1 },
  stop: { starter: 1 },
};

const ROLES: readonly TokenRole[] = [
  'other',
  'opener',
  'starter',
  'determiner',
  'adjective',
  'noun',
  'verb',
  'adverb',
  'preposition',
  'link',
  'stop',
  'end',
];

/** Size of the fixed values in an embedding, where the random ones have a variance of 1. */
const FIXED_VALUE = 4;
/** Sum of the squares of one token's fixed values: the shared one and its role's. */
export const GRAMMAR_ENERGY = 2 * FIXED_VALUE ** 2;
/** Log-probability of what the grammar does not allow: too low for any sampler to pick. */
const FORBIDDEN = -16;

/** The fixed values of a token's embedding, `GRAMMAR_WIDTH` of them. */
export function embeddedRole(role: TokenRole): Float32Array {
  const values = new Float32Array(GRAMMAR_WIDTH);
  values[0] = FIXED_VALUE;
  values[1 + ROLES.indexOf(role)] = FIXED_VALUE;
  return values;
}

export interface RoleLogits {
  readonly vocabulary: SpokenVocabulary;
  /** Root mean square of the hidden state that the last norm divides by. */
  readonly hiddenScale: number;
}

/** The fixed values of a token's output row, `GRAMMAR_WIDTH` of them. */
export function outputRole(next: TokenRole, settings: RoleLogits): Float32Array {
  const values = new Float32Array(GRAMMAR_WIDTH);
  const perLogit = settings.hiddenScale / FIXED_VALUE;
  const spoken = ROLES.indexOf(next) > 0;
  values[0] = (spoken ? 0 : FORBIDDEN) * perLogit;
  const alike = settings.vocabulary.tokens.filter(token => token.role === next).length;
  ROLES.forEach((previous, index) => {
    values[1 + index] = logit(previous, next, alike) * perLogit;
  });
  return values;
}

function logit(previous: TokenRole, next: TokenRole, alike: number): number {
  const followers = FOLLOWERS[previous] ?? { opener: 1 };
  const share = followers[next];
  return share === undefined ? FORBIDDEN : Math.log(share / alike);
}
