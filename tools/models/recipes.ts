import type { ModelShape } from '../gguf/model-metadata.ts';
import type {
  DeciRecipe,
  Deepseek2Recipe,
  Gemma3Recipe,
  Gemma4Recipe,
  JambaRecipe,
  LlamaRecipe,
  MambaRecipe,
  Olmo2Recipe,
  StateShape,
} from './model-recipe.ts';

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

/** As many key/value heads as query heads: the cache of older models, twice that of `tiny`. */
const multiHead: LlamaRecipe = {
  architecture: 'llama',
  title: 'Headroom multi-head',
  seed: 6,
  type: 'F16',
  shape: { ...SMALL, kvHeads: 4 },
};

/** Three layers with attention, each with other key/value heads, and both kinds without. */
const layeredHeads: DeciRecipe = {
  architecture: 'deci',
  title: 'Headroom layered heads',
  seed: 7,
  type: 'F16',
  shape: { ...SMALL, layers: 5 },
  headsOfLayers: [4, 4, 4, 0, 4],
  kvHeadsOfLayers: [4, 2, 0, 0, 1],
};

/** All sizes differ, so that no formula is right by mistaking one for another. */
const latent: Deepseek2Recipe = {
  architecture: 'deepseek2',
  title: 'Headroom latent',
  seed: 8,
  type: 'F16',
  shape: SMALL,
  latent: { rank: 128, rotated: 32, unrotatedKey: 64, valueSize: 48 },
};

const SMALL_STATE: StateShape = { convolution: 4, inner: 512, perInner: 16, stepRank: 16 };

const recurrent: MambaRecipe = {
  architecture: 'mamba',
  title: 'Headroom recurrent',
  seed: 9,
  type: 'F16',
  shape: { ...SMALL, heads: 0, kvHeads: 0, headSize: 0, feedForward: 0 },
  state: SMALL_STATE,
};

const hybrid: JambaRecipe = {
  architecture: 'jamba',
  title: 'Headroom hybrid',
  seed: 10,
  type: 'F16',
  shape: { ...SMALL, layers: 5 },
  state: SMALL_STATE,
  kvHeadsOfLayers: [0, 2, 0, 1, 0],
};

/** Four layers own a cache, three of them slide; the fifth and sixth read the third and fourth. */
const sharedLayers: Gemma4Recipe = {
  architecture: 'gemma4',
  title: 'Headroom shared layers',
  seed: 11,
  type: 'F16',
  shape: { ...SMALL, layers: 6, headSize: 128 },
  slidingWindow: 192,
  slidingHeadSize: 64,
  slides: [true, true, true, false, true, false],
  kvHeadsOfLayers: [2, 2, 2, 1, 2, 1],
  sharedLayers: 2,
};

/** Ends in the middle of a group of four: layers 0, 1, 2 and 4 slide. */
const secondWindow: Olmo2Recipe = {
  architecture: 'olmo2',
  title: 'Headroom second window',
  seed: 12,
  type: 'F16',
  shape: { ...SMALL, layers: 5 },
  slidingWindow: 128,
};

/** Little to compute and much to keep: 256 tokens take 32 MiB in f16, more than anything else does. */
const wideCache: LlamaRecipe = {
  architecture: 'llama',
  title: 'Headroom wide cache',
  seed: 13,
  type: 'F16',
  shape: {
    layers: 8,
    width: 64,
    heads: 16,
    kvHeads: 16,
    headSize: 256,
    feedForward: 64,
    contextLength: 8192,
  },
};

export const RECIPES = {
  tiny,
  'head-80': head80,
  'sliding-window': slidingWindow,
  medium,
  'multi-head': multiHead,
  'layered-heads': layeredHeads,
  latent,
  recurrent,
  hybrid,
  'shared-layers': sharedLayers,
  'second-window': secondWindow,
  'wide-cache': wideCache,
} as const;

/** The models that llama.cpp loads. */
export type WellFormedName = keyof typeof RECIPES;
