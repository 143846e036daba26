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

/** Plain attention in every layer, grouped queries. */
export interface LlamaRecipe extends CommonRecipe {
  readonly architecture: 'llama';
}

/** Five layers of six see `slidingWindow` tokens back, the sixth sees all. */
export interface Gemma3Recipe extends CommonRecipe {
  readonly architecture: 'gemma3';
  readonly slidingWindow: number;
}

export type ModelRecipe = LlamaRecipe | Gemma3Recipe;
