import type { GgufTensor } from '../gguf/gguf-writer.ts';
import type { ModelShape } from '../gguf/model-metadata.ts';
import { blockShare, matrix, norm, type WeightPlan } from './weights.ts';

/**
 * Queries and keys this much larger than their inputs give attention scores a spread of 2: sharp
 * enough that single tokens of the past matter, and with them the precision of the cache.
 */
const SHARPNESS = Math.SQRT2;
/** Root mean square of silu(x) * y for independent normal x and y. */
const GATED_SIZE = 0.6;

/** Tensors of all layers, named as llama.cpp looks for them in the architecture `llama`. */
export function llamaBlocks(plan: WeightPlan, shape: ModelShape): GgufTensor[] {
  const share = blockShare(plan);
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, shape.width),
    ...projections(plan, shape, prefix, { score: SHARPNESS, output: share, down: share }),
    norm(`${prefix}.ffn_norm.weight`, shape.width),
  ]);
}

/**
 * Tensors of all layers for `gemma3`. Its queries and keys are normalised per head and so is what a
 * block adds, so the sizes are set by the norms instead of the matrices.
 */
export function gemma3Blocks(plan: WeightPlan, shape: ModelShape): GgufTensor[] {
  const share = blockShare(plan);
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, shape.width),
    ...projections(plan, shape, prefix, { score: 1, output: 1, down: 1 }),
    headNorm(`${prefix}.attn_q_norm.weight`, shape.headSize),
    headNorm(`${prefix}.attn_k_norm.weight`, shape.headSize),
    norm(`${prefix}.post_attention_norm.weight`, shape.width, share, 0),
    norm(`${prefix}.ffn_norm.weight`, shape.width),
    norm(`${prefix}.post_ffw_norm.weight`, shape.width, share, 0),
  ]);
}

function layerPrefixes(plan: WeightPlan): string[] {
  return Array.from({ length: plan.layers }, (_, layer) => `blk.${layer}`);
}

function headNorm(name: string, headSize: number): GgufTensor {
  return norm(name, headSize, SHARPNESS);
}

interface Gains {
  readonly score: number;
  readonly output: number;
  readonly down: number;
}

function projections(
  plan: WeightPlan,
  shape: ModelShape,
  prefix: string,
  gains: Gains,
): GgufTensor[] {
  const { width, feedForward } = shape;
  const queries = shape.heads * shape.headSize;
  const keys = shape.kvHeads * shape.headSize;
  const named = (part: string): string => `${prefix}.${part}.weight`;
  const toKeys = { inputs: width, outputs: keys };
  const toHidden = { inputs: width, outputs: feedForward };
  return [
    matrix(plan, named('attn_q'), { inputs: width, outputs: queries }, gains.score),
    matrix(plan, named('attn_k'), toKeys, gains.score),
    matrix(plan, named('attn_v'), toKeys, 1),
    matrix(plan, named('attn_output'), { inputs: queries, outputs: width }, gains.output, true),
    matrix(plan, named('ffn_gate'), toHidden, 1),
    matrix(plan, named('ffn_up'), toHidden, 1),
    matrix(
      plan,
      named('ffn_down'),
      { inputs: feedForward, outputs: width },
      gains.down / GATED_SIZE,
      true,
    ),
  ];
}
