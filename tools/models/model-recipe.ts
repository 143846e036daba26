import type { ModelShape } from '../gguf/model-metadata.ts';
import type { TensorType } from '../gguf/tensor-encoding.ts';

interface CommonRecipe {
  /** `general.name` of the file. */
  readonly title: string;
  readonly seed: number;
  /** Type of all matrices. */
  readonly type: TensorType;
  readonly shape: ModelShape;
}

/** The same attention in every layer. */
export interface LlamaRecipe extends CommonRecipe {
  readonly architecture: 'llama';
}

/** Five layers of six see `slidingWindow` tokens back, the sixth sees all. */
export interface Gemma3Recipe extends CommonRecipe {
  readonly architecture: 'gemma3';
  readonly slidingWindow: number;
}

/** Three layers of four see `slidingWindow` tokens back, the fourth sees all. */
export interface Olmo2Recipe extends CommonRecipe {
  readonly architecture: 'olmo2';
  readonly slidingWindow: number;
}

/** Sliding layers have heads of another size; the last layers read the cache of earlier ones. */
export interface Gemma4Recipe extends CommonRecipe {
  readonly architecture: 'gemma4';
  readonly slidingWindow: number;
  readonly slidingHeadSize: number;
  /** Which layers slide; the last two that own a cache must be a sliding and a seeing one. */
  readonly slides: readonly boolean[];
  readonly kvHeadsOfLayers: readonly number[];
  /** How many layers at the end own no cache. */
  readonly sharedLayers: number;
}

/** Each layer with its own number of heads. */
export interface DeciRecipe extends CommonRecipe {
  readonly architecture: 'deci';
  /** 0: the layer has no attention block at all. */
  readonly headsOfLayers: readonly number[];
  /** 0 with heads: one matrix stands in for attention. */
  readonly kvHeadsOfLayers: readonly number[];
}

/** The cache holds one latent vector a token, of which every head makes its own key and value. */
export interface Deepseek2Recipe extends CommonRecipe {
  readonly architecture: 'deepseek2';
  readonly latent: LatentShape;
}

export interface LatentShape {
  /** Values of the latent vector without its rotated part. */
  readonly rank: number;
  /** Rotated values, the same for all heads. */
  readonly rotated: number;
  /** Values of one head's key that come from the latent vector. */
  readonly unrotatedKey: number;
  readonly valueSize: number;
}

/** A state of constant size in every layer, no attention. */
export interface MambaRecipe extends CommonRecipe {
  readonly architecture: 'mamba';
  readonly state: StateShape;
}

/** Layers with key/value heads have attention, the others a state of constant size. */
export interface JambaRecipe extends CommonRecipe {
  readonly architecture: 'jamba';
  readonly state: StateShape;
  readonly kvHeadsOfLayers: readonly number[];
}

/** Sizes of one Mamba block (Gu and Dao, 2023), which is twice as wide as the model. */
export interface StateShape {
  /** Tokens that the convolution sees, the newest included. */
  readonly convolution: number;
  readonly inner: number;
  /** Values of state for each inner value. */
  readonly perInner: number;
  /** Rank of the projection to the step sizes. */
  readonly stepRank: number;
}

export type ModelRecipe =
  | LlamaRecipe
  | Gemma3Recipe
  | Olmo2Recipe
  | Gemma4Recipe
  | DeciRecipe
  | Deepseek2Recipe
  | MambaRecipe
  | JambaRecipe;
