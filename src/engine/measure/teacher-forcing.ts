import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Distribution } from '#shared/compare/distribution.ts';
import { AppError } from '#shared/errors/app-error.ts';

/** More at once are no faster. */
const mostTokens = 64;
/** Probabilities that one call may hand over: each takes some 60 bytes until it is copied. */
const mostProbabilities = 2 ** 20;

/**
 * Evaluates a text as it is given, whatever the model would have said, and hands over what it expects
 * after each token: the plain softmax over the whole vocabulary, since nothing is set that samples. The
 * tokens go through the cache in chunks, as those of a prompt do.
 *
 * @param sequence empty
 * @param tokens all of which fit into the sequence
 * @throws AppError `model-damaged` where the model computes no numbers
 */
export async function* teacherForced(
  sequence: LlamaContextSequence,
  tokens: readonly number[],
): AsyncGenerator<Distribution[], void, void> {
  const vocabularySize = vocabularySizeOf(sequence);
  const chunk = chunkSize(vocabularySize);
  for (let start = 0; start < tokens.length; start += chunk) {
    const results = await sequence.controlledEvaluate(
      tokens
        .slice(start, start + chunk)
        // The library tells tokens from numbers by their type alone.
        .map(token => [token as Token, { generateNext: { probabilities: true } }]),
    );
    yield results.map((result, index) =>
      toDistribution(result?.next.probabilities, vocabularySize, start + index),
    );
  }
}

export function vocabularySizeOf({ model }: Pick<LlamaContextSequence, 'model'>): number {
  return model.fileInfo.metadata.tokenizer.ggml.tokens.length;
}

function toDistribution(
  probabilities: ReadonlyMap<Token, number> | undefined,
  vocabularySize: number,
  position: number,
): Distribution {
  const distribution = new Float32Array(vocabularySize);
  let highest = 0;
  for (const [token, probability] of probabilities ?? []) {
    distribution[token] = probability;
    if (!(probability <= highest)) highest = probability;
  }
  if (highest > 0 && highest <= 1.001) return distribution;
  throw new AppError(
    'model-damaged',
    `What the model computed after token ${position + 1} of the text is not a number.`,
    {
      suggestion:
        'Where that happens with some cache types only, choose others; where it happens with f16 as well, the model file is damaged.',
    },
  );
}

/** How many tokens to evaluate in one call, between two of which a run can be cancelled. */
function chunkSize(vocabularySize: number): number {
  return Math.max(1, Math.min(mostTokens, Math.floor(mostProbabilities / vocabularySize)));
}
