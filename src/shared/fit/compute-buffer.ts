import { type CacheSetup, reservedCells } from '../kv-cache/cache-size.ts';

const bytesOfF32 = 4;
const bytesOfF16 = 2;

export interface ComputeShape {
  readonly vocabularySize: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
}

/**
 * Compute buffer with flash attention where no simulation is to be had: for each token of a batch what is
 * alive at the widest place of llama.cpp's graph. That is either the end (logits and three hidden states)
 * or a feed-forward part (two of its width, seven hidden states and a row of the attention mask, which is
 * still needed there). Fitted to what llama.cpp reserves on the CPU, for the generated models and for the
 * shapes of real ones; `tests/engine/compute-formula.test.ts` says how far it is off.
 */
export function computeBufferFormula(
  { vocabularySize, embeddingLength, feedForwardLength }: ComputeShape,
  setup: Pick<CacheSetup, 'contextLength' | 'batchSize'>,
): number {
  const atEnd = bytesOfF32 * (vocabularySize + 3 * embeddingLength);
  const inLayer =
    bytesOfF32 * (2 * feedForwardLength + 7 * embeddingLength) +
    bytesOfF16 * reservedCells(setup.contextLength);
  return setup.batchSize * Math.max(atEnd, inLayer);
}
