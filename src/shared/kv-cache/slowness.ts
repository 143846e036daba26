import type { ResolvedBackend } from '../model/load.ts';
import { type CacheType, isQuantized } from './cache-type.ts';

/**
 * What a legal pair of types costs in speed, null where nothing is known. For the CPU measured
 * (prefill and decode take about twice as long with q8_0, at 1,024 tokens); for the others as their
 * sources document which pairs have a flash-attention kernel, not tried: without one, attention runs
 * on the CPU.
 */
export function slowReason(
  backend: ResolvedBackend,
  typeK: CacheType,
  typeV: CacheType,
): string | null {
  if (backend === 'cpu') {
    const quantized = isQuantized(typeK) || isQuantized(typeV);
    return quantized ? 'On the CPU a quantized cache saves memory and costs speed.' : null;
  }
  const hasKernel = typeK === typeV && kernelTypes[backend].has(typeK);
  return hasKernel
    ? null
    : `Documented, not tried here: ${titles[backend]} has no fast attention for K ${typeK} with V ${typeV}; the CPU does it then, many times slower.`;
}

const titles = { cuda: 'CUDA', metal: 'Metal', vulkan: 'Vulkan' } as const;

/** ggml-cuda/fattn.cu (default build), ggml-metal.metal, ggml-vulkan.cpp (`supports_op`). */
const kernelTypes: Readonly<Record<keyof typeof titles, ReadonlySet<CacheType>>> = {
  cuda: new Set(['f16', 'bf16', 'q8_0', 'q4_0']),
  metal: new Set(['f32', 'f16', 'bf16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0']),
  vulkan: new Set(['f32', 'f16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0', 'iq4_nl']),
};
