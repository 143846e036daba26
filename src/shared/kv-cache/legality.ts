import type { ModelLayer } from '../model/model-layer.ts';
import { blockElements, type CacheType, isQuantized } from './cache-type.ts';

export type FlashAttention = 'auto' | 'on' | 'off';

/**
 * Why llama.cpp would refuse this pair of cache types, in plain words with the remedy; null when it
 * accepts them. Backends add limits of their own that are about speed, not about legality.
 *
 * @param layers null when the architecture is not understood: only what holds for all is checked
 */
export function illegalReason(
  layers: readonly ModelLayer[] | null,
  typeK: CacheType,
  typeV: CacheType,
  flashAttention: FlashAttention,
): { message: string; suggestion: string } | null {
  if (isQuantized(typeV) && flashAttention === 'off') {
    return {
      message: `A quantized V cache (${typeV}) needs flash attention, and flash attention is off.`,
      suggestion: 'Turn flash attention on or to auto, or choose f16 for V.',
    };
  }
  for (const { attention } of layers ?? []) {
    if (attention === null) continue;
    if (attention.valueLength === 0 && attention.kvHeads > 0 && typeK !== typeV) {
      return {
        message: `K and V cannot be ${typeK} and ${typeV}: latent attention reads both from one cache.`,
        suggestion: `Choose ${typeK} for both.`,
      };
    }
    const refused =
      refusedHead('K', typeK, attention.keyLength) ??
      refusedHead('V', typeV, attention.valueLength);
    if (refused !== null) return refused;
  }
  return null;
}

/**
 * llama.cpp refuses such heads with flash attention only; without it, it reads K from the wrong bytes
 * and answers in no numbers at all (`tests/engine/legality.test.ts`).
 */
function refusedHead(which: 'K' | 'V', type: CacheType, headSize: number) {
  const block = blockElements(type);
  if (headSize % block === 0) return null;
  return {
    message: `${which} cannot be kept as ${type}: it is stored in blocks of ${block} elements, and this model's heads have ${headSize}.`,
    suggestion: `Choose f16 or bf16 for ${which}.`,
  };
}
