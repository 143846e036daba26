import type { GgufTensor } from '../gguf/gguf-writer.ts';
import {
  attention,
  attentionOutput,
  feedForward,
  layerPrefixes,
  queries,
  SHARPNESS,
} from './layer-parts.ts';
import type { Gemma3Recipe, Gemma4Recipe, Olmo2Recipe } from './model-recipe.ts';
import { blockShare, constant, norm, type WeightPlan } from './weights.ts';

/**
 * Architectures that normalise queries, keys and what a block adds, so that the sizes are set by the
 * norms instead of the matrices.
 */
const UNIT = { score: 1, output: 1 };

export function gemma3Blocks(plan: WeightPlan, { shape }: Gemma3Recipe): GgufTensor[] {
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, plan.width),
    ...attention(plan, prefix, shape, UNIT),
    ...feedForward(plan, prefix, shape.feedForward, 1),
    norm(`${prefix}.attn_q_norm.weight`, shape.headSize, SHARPNESS),
    norm(`${prefix}.attn_k_norm.weight`, shape.headSize, SHARPNESS),
    addedNorm(plan, `${prefix}.post_attention_norm.weight`),
    norm(`${prefix}.ffn_norm.weight`, plan.width),
    addedNorm(plan, `${prefix}.post_ffw_norm.weight`),
  ]);
}

/** Nothing is normalised in front of a block, and queries and keys across all their heads. */
export function olmo2Blocks(plan: WeightPlan, { shape }: Olmo2Recipe): GgufTensor[] {
  return layerPrefixes(plan).flatMap(prefix => [
    ...attention(plan, prefix, shape, UNIT),
    ...feedForward(plan, prefix, shape.feedForward, 1),
    norm(`${prefix}.attn_q_norm.weight`, shape.heads * shape.headSize, SHARPNESS),
    norm(`${prefix}.attn_k_norm.weight`, shape.kvHeads * shape.headSize, SHARPNESS),
    addedNorm(plan, `${prefix}.post_attention_norm.weight`),
    addedNorm(plan, `${prefix}.post_ffw_norm.weight`),
  ]);
}

/** As `gemma3`, but scores are not divided by the root of the head size. */
export function gemma4Blocks(plan: WeightPlan, recipe: Gemma4Recipe): GgufTensor[] {
  const { shape } = recipe;
  const layers = layerPrefixes(plan).flatMap((prefix, layer) => [
    norm(`${prefix}.attn_norm.weight`, plan.width),
    ...gemma4Attention(plan, recipe, prefix, layer),
    addedNorm(plan, `${prefix}.post_attention_norm.weight`),
    norm(`${prefix}.ffn_norm.weight`, plan.width),
    ...feedForward(plan, prefix, shape.feedForward, 1),
    addedNorm(plan, `${prefix}.post_ffw_norm.weight`),
  ]);
  return [...layers, constant('rope_freqs.weight', [shape.headSize / 2], 1)];
}

function gemma4Attention(
  plan: WeightPlan,
  recipe: Gemma4Recipe,
  prefix: string,
  layer: number,
): GgufTensor[] {
  const { shape, slidingHeadSize } = recipe;
  const headSize = recipe.slides[layer] === true ? slidingHeadSize : shape.headSize;
  const size = { heads: shape.heads, kvHeads: recipe.kvHeadsOfLayers[layer] ?? 0, headSize };
  const sharpness = SHARPNESS / headSize ** 0.25;
  const queryNorm = norm(`${prefix}.attn_q_norm.weight`, headSize, sharpness);
  if (layer >= shape.layers - recipe.sharedLayers) {
    return [queries(plan, prefix, size, 1), queryNorm, attentionOutput(plan, prefix, size, 1)];
  }
  return [
    ...attention(plan, prefix, size, UNIT),
    queryNorm,
    norm(`${prefix}.attn_k_norm.weight`, headSize, sharpness),
  ];
}

/** Makes what a block adds as large as its share, and nothing in the values of the grammar. */
function addedNorm(plan: WeightPlan, name: string): GgufTensor {
  return norm(name, plan.width, blockShare(plan), 0);
}
