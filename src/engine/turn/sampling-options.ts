import { randomInt } from 'node:crypto';
import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Sampling } from '#shared/chat/sampling.ts';

/** llama.cpp takes the largest 32-bit number for "choose a seed yourself" (LLAMA_DEFAULT_SEED). */
const largestSeed = 0xffff_fffe;

/** Tokens back that the repeat penalty looks at, as in llama.cpp's own default. */
const penalizedTokens = 64;

/**
 * Sampling in the library's terms.
 *
 * @param recent the tokens generated so far, as a live list
 */
export function samplingOptions(
  sampling: Sampling,
  recent: readonly Token[],
): SequenceEvaluateOptions {
  const penalty: SequenceEvaluateOptions =
    sampling.repeatPenalty === 1
      ? {}
      : {
          repeatPenalty: {
            penalty: sampling.repeatPenalty,
            punishTokens: () => recent.slice(-penalizedTokens),
            maxPunishTokens: penalizedTokens,
          },
        };
  if (sampling.temperature === 0) return { temperature: 0, seed: 0, ...penalty };
  return {
    temperature: sampling.temperature,
    topK: sampling.topK,
    topP: sampling.topP,
    minP: sampling.minP,
    // Without one the library takes the clock, and starts over whenever that changes.
    seed: sampling.seed === null ? randomInt(largestSeed) : Math.min(sampling.seed, largestSeed),
    ...penalty,
  };
}
