import type { GgufTensor } from '../gguf/gguf-writer.ts';
import { attention, feedForward, layerPrefixes, SHARPNESS } from './layer-parts.ts';
import type { DeciRecipe, LlamaRecipe } from './model-recipe.ts';
import { blockShare, matrix, norm, type WeightPlan } from './weights.ts';

/** Tensors of all layers, named as llama.cpp looks for them in the architecture `llama`. */
export function llamaBlocks(plan: WeightPlan, { shape }: LlamaRecipe): GgufTensor[] {
  const share = blockShare(plan);
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, plan.width),
    ...attention(plan, prefix, shape, { score: SHARPNESS, output: share }),
    ...feedForward(plan, prefix, shape.feedForward, share),
    norm(`${prefix}.ffn_norm.weight`, plan.width),
  ]);
}

/** As `llama`, except for layers without key/value heads. */
export function deciBlocks(plan: WeightPlan, recipe: DeciRecipe): GgufTensor[] {
  const share = blockShare(plan);
  return layerPrefixes(plan).flatMap((prefix, layer) => [
    ...deciAttention(plan, recipe, prefix, layer),
    ...feedForward(plan, prefix, recipe.shape.feedForward, share),
    norm(`${prefix}.ffn_norm.weight`, plan.width),
  ]);
}

function deciAttention(
  plan: WeightPlan,
  recipe: DeciRecipe,
  prefix: string,
  layer: number,
): GgufTensor[] {
  const share = blockShare(plan);
  const heads = recipe.headsOfLayers[layer] ?? 0;
  const kvHeads = recipe.kvHeadsOfLayers[layer] ?? 0;
  if (heads === 0) return [];
  const inFront = norm(`${prefix}.attn_norm.weight`, plan.width);
  if (kvHeads === 0) {
    const square = { inputs: plan.width, outputs: plan.width };
    return [inFront, matrix(plan, `${prefix}.attn_output.weight`, square, share, true)];
  }
  const size = { heads, kvHeads, headSize: recipe.shape.headSize };
  return [inFront, ...attention(plan, prefix, size, { score: SHARPNESS, output: share })];
}
