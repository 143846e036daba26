import type { LlamaModel, Token } from 'node-llama-cpp';
import { AppError } from '#shared/errors/app-error.ts';

/** Spreads neighbouring numbers over 32 bits: 2^32 divided by the golden ratio (Knuth's multiplicative hash). */
const spread = 0x9e37_79b1;

/**
 * Tokens of the model's vocabulary without any special ones, the same for the same seed.
 *
 * @throws AppError `model-unsupported` when it has no others
 */
export function ordinaryTokens(model: LlamaModel, count: number, seed: number): Token[] {
  const vocabulary = [...model.iterateAllTokens()];
  return Array.from({ length: count }, (_, index) => {
    const start = (Math.imul(seed + index + 1, spread) >>> 0) % vocabulary.length;
    return ordinaryFrom(model, vocabulary, start);
  });
}

/** The first one at or behind a place in the vocabulary, which goes on at its beginning. */
function ordinaryFrom(model: LlamaModel, vocabulary: readonly Token[], start: number): Token {
  for (let step = 0; step < vocabulary.length; step++) {
    const token = vocabulary[(start + step) % vocabulary.length];
    if (token !== undefined && !model.isSpecialToken(token) && !model.isEogToken(token)) {
      return token;
    }
  }
  throw new AppError('model-unsupported', 'This model has no tokens but special ones.', {
    suggestion: 'Measure another model.',
  });
}
