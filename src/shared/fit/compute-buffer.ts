import { type CacheSetup, reservedCells } from '../kv-cache/cache-size.ts';

const bytesOfF32 = 4;
const bytesOfF16 = 2;

export interface ComputeShape {
  readonly vocabularySize: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
}

/**
 * Compute buffer with flash attention where no simulation is to be had: for each token of a batch a row
 * of the attention mask, and what is alive at the widest place of llama.cpp's graph. That is either the
 * end (logits and three hidden states) or a feed-forward part (two of its width and seven hidden
 * states). Fitted to what llama.cpp reserves for the generated models on the CPU;
 * `tests/engine/compute-formula.test.ts` says how far it is off.
 */
export function computeBufferFormula(
  { vocabularySize, embeddingLength, feedForwardLength }: ComputeShape,
  setup: Pick<CacheSetup, 'contextLength' | 'batchSize'>,
): number {
  const values = Math.max(
    vocabularySize + 3 * embeddingLength,
    2 * feedForwardLength + 7 * embeddingLength,
  );
  return setup.batchSize * (bytesOfF32 * values + bytesOfF16 * reservedCells(setup.contextLength));
}
