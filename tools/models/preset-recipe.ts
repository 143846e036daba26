import type { Preset } from '#shared/model/presets.ts';
import type { LlamaRecipe } from './model-recipe.ts';

/**
 * A recipe with the shape of a preset whose layers are all alike.
 *
 * @throws where they are not, or the architecture is another one
 */
export function presetRecipe(preset: Preset): LlamaRecipe {
  const attention = preset.layers[0]?.attention;
  if (preset.architecture !== 'llama' || attention == null) {
    throw new Error(`${preset.id} has another architecture than llama.`);
  }
  return {
    architecture: 'llama',
    title: preset.title,
    seed: 1,
    type: 'F16',
    shape: {
      layers: preset.layers.length,
      width: preset.embeddingLength,
      heads: preset.embeddingLength / attention.keyLength,
      kvHeads: attention.kvHeads,
      headSize: attention.keyLength,
      feedForward: preset.feedForwardLength,
      contextLength: preset.trainedContextLength,
    },
  };
}
