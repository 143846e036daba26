import { bools, int32s, type MetadataEntry, uint32 } from '../gguf/model-metadata.ts';
import type { LatentShape, ModelRecipe, StateShape } from './model-recipe.ts';

/** What an architecture says beyond the shape, or in place of a single number in the shape. */
export function architectureMetadata(recipe: ModelRecipe): MetadataEntry[] {
  return ownEntries(recipe).map(([key, value]) => [`${recipe.architecture}.${key}`, value]);
}

function ownEntries(recipe: ModelRecipe): MetadataEntry[] {
  switch (recipe.architecture) {
    case 'llama':
      return [];
    case 'gemma3':
    case 'olmo2':
      return [['attention.sliding_window', uint32(recipe.slidingWindow)]];
    case 'gemma4':
      return [
        ['attention.sliding_window', uint32(recipe.slidingWindow)],
        ['attention.sliding_window_pattern', bools(recipe.slides)],
        ['attention.key_length_swa', uint32(recipe.slidingHeadSize)],
        ['attention.value_length_swa', uint32(recipe.slidingHeadSize)],
        ['rope.dimension_count_swa', uint32(recipe.slidingHeadSize)],
        ['attention.head_count_kv', int32s(recipe.kvHeadsOfLayers)],
        ['attention.shared_kv_layers', uint32(recipe.sharedLayers)],
        ['embedding_length_per_layer_input', uint32(0)],
      ];
    case 'deci':
      return [
        ['attention.head_count', int32s(recipe.headsOfLayers)],
        ['attention.head_count_kv', int32s(recipe.kvHeadsOfLayers)],
      ];
    case 'deepseek2':
      return latentEntries(recipe.latent, recipe.shape.layers);
    case 'mamba':
      return stateEntries(recipe.state);
    case 'jamba':
      return [
        ['attention.head_count_kv', int32s(recipe.kvHeadsOfLayers)],
        ...stateEntries(recipe.state),
      ];
  }
}

/** The lengths without `_mla` are those of the cached vector, as converted models have them. */
function latentEntries(latent: LatentShape, denseLayers: number): MetadataEntry[] {
  const { rank, rotated, unrotatedKey, valueSize } = latent;
  return [
    ['attention.head_count_kv', uint32(1)],
    ['attention.key_length', uint32(rank + rotated)],
    ['attention.value_length', uint32(rank)],
    ['attention.key_length_mla', uint32(unrotatedKey + rotated)],
    ['attention.value_length_mla', uint32(valueSize)],
    ['attention.kv_lora_rank', uint32(rank)],
    ['attention.q_lora_rank', uint32(0)],
    ['rope.dimension_count', uint32(rotated)],
    ['leading_dense_block_count', uint32(denseLayers)],
    ['expert_feed_forward_length', uint32(0)],
    ['expert_shared_count', uint32(0)],
  ];
}

function stateEntries(state: StateShape): MetadataEntry[] {
  return [
    ['ssm.conv_kernel', uint32(state.convolution)],
    ['ssm.inner_size', uint32(state.inner)],
    ['ssm.state_size', uint32(state.perInner)],
    ['ssm.time_step_rank', uint32(state.stepRank)],
  ];
}
