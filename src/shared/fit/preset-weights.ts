import type { Preset } from '../model/presets.ts';
import type { WeightType } from './fit.ts';

/**
 * Bits of a parameter on average, as measured on Llama 3.1 8B (llama.cpp, tools/quantize/README.md).
 * Mixed types spend more on some tensors, so other models differ by a few percent.
 */
const bitsPerWeight: Readonly<Record<WeightType, number>> = {
  f16: 16.0005,
  q8_0: 8.5008,
  q6_k: 6.5633,
  q5_k_m: 5.7036,
  q4_k_m: 4.8944,
};

/** Bytes of a preset's weights, an estimate. */
export function presetWeightsBytes(preset: Preset, type: WeightType): number {
  return Math.round((preset.parameterCount * bitsPerWeight[type]) / 8);
}
