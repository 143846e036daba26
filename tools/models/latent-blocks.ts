import type { GgufTensor } from '../gguf/gguf-writer.ts';
import { attentionOutput, feedForward, layerPrefixes, queries, SHARPNESS } from './layer-parts.ts';
import type { Deepseek2Recipe } from './model-recipe.ts';
import { blockShare, matrix, norm, stackedMatrix, type WeightPlan } from './weights.ts';

/**
 * Tensors of all layers for `deepseek2` with dense layers only and queries straight from the hidden
 * state. The latent vector is normalised, so the queries alone decide how sharp attention is.
 */
export function deepseek2Blocks(
  plan: WeightPlan,
  { shape, latent }: Deepseek2Recipe,
): GgufTensor[] {
  const share = blockShare(plan);
  const { heads } = shape;
  const { rank, rotated, unrotatedKey, valueSize } = latent;
  const toLatent = { inputs: plan.width, outputs: rank + rotated };
  const keyToLatent = { inputs: unrotatedKey, outputs: rank, count: heads };
  const latentToValue = { inputs: rank, outputs: valueSize, count: heads };
  const query = { heads, headSize: unrotatedKey + rotated };
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, plan.width),
    queries(plan, prefix, query, SHARPNESS ** 2),
    matrix(plan, `${prefix}.attn_kv_a_mqa.weight`, toLatent, 1),
    norm(`${prefix}.attn_kv_a_norm.weight`, rank),
    stackedMatrix(plan, `${prefix}.attn_k_b.weight`, keyToLatent, 1),
    stackedMatrix(plan, `${prefix}.attn_v_b.weight`, latentToValue, 1),
    attentionOutput(plan, prefix, { heads, headSize: valueSize }, share),
    ...feedForward(plan, prefix, shape.feedForward, share),
    norm(`${prefix}.ffn_norm.weight`, plan.width),
  ]);
}
