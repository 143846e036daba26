import type { GgufContent, GgufTensor } from '../gguf/gguf-writer.ts';
import { generalMetadata, shapeMetadata, tokenizerMetadata } from '../gguf/model-metadata.ts';
import { architectureMetadata } from './architecture-metadata.ts';
import { deepseek2Blocks } from './latent-blocks.ts';
import { deciBlocks, llamaBlocks } from './llama-blocks.ts';
import type { ModelRecipe } from './model-recipe.ts';
import { gemma3Blocks, gemma4Blocks, olmo2Blocks } from './post-norm-blocks.ts';
import { jambaBlocks, mambaBlocks } from './recurrent-blocks.ts';
import { buildVocabulary } from './vocabulary.ts';
import { embedding, norm, outputMatrix, type WeightPlan } from './weights.ts';

/**
 * The same recipe gives the same bytes on every machine.
 *
 * @param vocabularySize tokens, where there are to be more than the words
 */
export function randomModel(recipe: ModelRecipe, vocabularySize = 0): GgufContent {
  const vocabulary = buildVocabulary(vocabularySize);
  const { architecture, shape } = recipe;
  const plan: WeightPlan = {
    seed: recipe.seed,
    width: shape.width,
    layers: shape.layers,
    type: recipe.type,
    vocabulary,
  };
  const gemma = architecture === 'gemma3' || architecture === 'gemma4';
  return {
    metadata: new Map([
      ...generalMetadata({
        architecture,
        name: recipe.title,
        description: `Random weights, seed ${recipe.seed}: words without meaning.`,
        type: recipe.type,
      }),
      ...shapeMetadata(architecture, shape, vocabulary),
      ...architectureMetadata(recipe),
      ...tokenizerMetadata(vocabulary),
    ]),
    tensors: [
      embedding(plan, gemma ? 1 / Math.sqrt(shape.width) : 1),
      ...blocks(plan, recipe),
      norm('output_norm.weight', shape.width),
      outputMatrix(plan),
    ],
  };
}

/** Tensors of all layers. */
function blocks(plan: WeightPlan, recipe: ModelRecipe): GgufTensor[] {
  switch (recipe.architecture) {
    case 'llama':
      return llamaBlocks(plan, recipe);
    case 'gemma3':
      return gemma3Blocks(plan, recipe);
    case 'olmo2':
      return olmo2Blocks(plan, recipe);
    case 'gemma4':
      return gemma4Blocks(plan, recipe);
    case 'deci':
      return deciBlocks(plan, recipe);
    case 'deepseek2':
      return deepseek2Blocks(plan, recipe);
    case 'mamba':
      return mambaBlocks(plan, recipe);
    case 'jamba':
      return jambaBlocks(plan, recipe);
  }
}
