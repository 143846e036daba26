import type { ModelShape } from '../gguf/model-metadata.ts';
import type { Gemma3Recipe, LlamaRecipe } from './model-recipe.ts';

const SMALL: ModelShape = {
  layers: 4,
  width: 256,
  heads: 4,
  kvHeads: 2,
  headSize: 64,
  feedForward: 512,
  contextLength: 8192,
};

const tiny: LlamaRecipe = {
  architecture: 'llama',
  title: 'Headroom tiny',
  seed: 1,
  type: 'F16',
  shape: SMALL,
};

/** A head size that is no multiple of 32, which no block-quantized cache type can hold. */
const head80: LlamaRecipe = {
  architecture: 'llama',
  title: 'Headroom head size 80',
  seed: 2,
  type: 'F32',
  shape: { ...SMALL, width: 320, headSize: 80 },
};

/** Six layers, because gemma3 lets every sixth see the whole context. */
const slidingWindow: Gemma3Recipe = {
  architecture: 'gemma3',
  title: 'Headroom sliding window',
  seed: 4,
  type: 'F16',
  shape: { ...SMALL, layers: 6 },
  slidingWindow: 256,
};

/** Slow enough on a CPU that a prefill can be stopped half-way and decoding is bound by weights. */
const medium: LlamaRecipe = {
  architecture: 'llama',
  title: 'Headroom medium',
  seed: 5,
  type: 'Q8_0',
  shape: {
    layers: 12,
    width: 768,
    heads: 12,
    kvHeads: 4,
    headSize: 64,
    feedForward: 2048,
    contextLength: 8192,
  },
};

export const RECIPES = {
  tiny,
  'head-80': head80,
  'sliding-window': slidingWindow,
  medium,
} as const;

/** The models that llama.cpp loads. */
export type WellFormedName = keyof typeof RECIPES;
