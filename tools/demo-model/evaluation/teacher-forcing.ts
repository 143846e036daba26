import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/** More at once would need more memory: a full vocabulary comes back for each. */
const TOKENS_A_CALL = 64;

/**
 * Evaluates a text token by token as given, whatever the model would have said, and hands over the
 * probabilities of the whole vocabulary after every token, indexed by token.
 */
export async function teacherForce(
  sequence: LlamaContextSequence,
  tokens: readonly number[],
  visit: (position: number, probabilities: Float64Array) => void,
): Promise<void> {
  const vocabulary = sequence.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
  for (let start = 0; start < tokens.length; start += TOKENS_A_CALL) {
    const results = await sequence.controlledEvaluate(
      tokens
        .slice(start, start + TOKENS_A_CALL)
        .map(token => [token as Token, { generateNext: { probabilities: true } }]),
    );
    results.forEach((result, index) => {
      const probabilities = new Float64Array(vocabulary);
      for (const [token, probability] of result?.next.probabilities ?? []) {
        probabilities[token] = probability;
      }
      visit(start + index, probabilities);
    });
  }
}
