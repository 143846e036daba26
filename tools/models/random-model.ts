import type { GgufContent } from '../gguf/gguf-writer.ts';
import {
  generalMetadata,
  type MetadataEntry,
  shapeMetadata,
  tokenizerMetadata,
  uint32,
} from '../gguf/model-metadata.ts';
import { gemma3Blocks, llamaBlocks } from './model-blocks.ts';
import type { ModelRecipe } from './model-recipe.ts';
import { buildVocabulary } from './vocabulary.ts';
import { embedding, norm, outputMatrix, type WeightPlan } from './weights.ts';

/** The same recipe gives the same bytes on every machine. */
export function randomModel(recipe: ModelRecipe): GgufContent {
  const vocabulary = buildVocabulary();
  const { shape } = recipe;
  const plan: WeightPlan = {
    seed: recipe.seed,
    width: shape.width,
    layers: shape.layers,
    type: recipe.type,
    vocabulary,
  };
  const gemma = recipe.architecture === 'gemma3';
  return {
    metadata: new Map([
      ...generalMetadata({
        architecture: recipe.architecture,
        name: recipe.title,
        description: `Random weights, seed ${recipe.seed}: words without meaning.`,
        type: recipe.type,
      }),
      ...shapeMetadata(recipe.architecture, shape, vocabulary),
      ...windowMetadata(recipe),
      ...tokenizerMetadata(vocabulary),
    ]),
    tensors: [
      embedding(plan, gemma ? 1 / Math.sqrt(shape.width) : 1),
      ...(gemma ? gemma3Blocks(plan, shape) : llamaBlocks(plan, shape)),
      norm('output_norm.weight', shape.width),
      outputMatrix(plan),
    ],
  };
}

function windowMetadata(recipe: ModelRecipe): MetadataEntry[] {
  return recipe.architecture === 'gemma3'
    ? [[`${recipe.architecture}.attention.sliding_window`, uint32(recipe.slidingWindow)]]
    : [];
}
