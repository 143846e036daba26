import { type CacheSetup, reservedCells } from '../kv-cache/cache-size.ts';

const bytesOfF32 = 4;
const bytesOfF16 = 2;
/** Hidden states that are alive at once at the widest place of llama.cpp's graph. */
const hiddenStates = 3;

/**
 * Compute buffer with flash attention where no simulation is to be had: for each token of a batch the
 * logits, some hidden states and a row of the attention mask. Fitted to what llama.cpp reserves for the
 * generated models on the CPU; `tests/engine/compute-formula.test.ts` says how far it is off.
 */
export function computeBufferFormula(
  model: { readonly vocabularySize: number; readonly embeddingLength: number },
  setup: Pick<CacheSetup, 'contextLength' | 'batchSize'>,
): number {
  const perToken =
    bytesOfF32 * (model.vocabularySize + hiddenStates * model.embeddingLength) +
    bytesOfF16 * reservedCells(setup.contextLength);
  return setup.batchSize * perToken;
}
