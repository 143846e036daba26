import type { GgufTensor } from '../gguf/gguf-writer.ts';
import { matrix, type WeightPlan } from './weights.ts';

/**
 * Queries and keys this much larger than their inputs give attention scores a spread of 2: sharp
 * enough that single tokens of the past matter, and with them the precision of the cache.
 */
export const SHARPNESS = Math.SQRT2;
/** Root mean square of silu(x) * y for independent normal x and y. */
export const GATED_SIZE = 0.6;

interface AttentionSize {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
}

/** What the matrices do to the size of their inputs. */
interface AttentionGains {
  readonly score: number;
  readonly output: number;
}

export function layerPrefixes(plan: WeightPlan): string[] {
  return Array.from({ length: plan.layers }, (_, layer) => `blk.${layer}`);
}

export function attention(
  plan: WeightPlan,
  prefix: string,
  size: AttentionSize,
  gains: AttentionGains,
): GgufTensor[] {
  const toKeys = { inputs: plan.width, outputs: size.kvHeads * size.headSize };
  return [
    queries(plan, prefix, size, gains.score),
    matrix(plan, `${prefix}.attn_k.weight`, toKeys, gains.score),
    matrix(plan, `${prefix}.attn_v.weight`, toKeys, 1),
    attentionOutput(plan, prefix, size, gains.output),
  ];
}

export function queries(
  plan: WeightPlan,
  prefix: string,
  size: Omit<AttentionSize, 'kvHeads'>,
  gain: number,
): GgufTensor {
  const shape = { inputs: plan.width, outputs: size.heads * size.headSize };
  return matrix(plan, `${prefix}.attn_q.weight`, shape, gain);
}

export function attentionOutput(
  plan: WeightPlan,
  prefix: string,
  size: Omit<AttentionSize, 'kvHeads'>,
  gain: number,
): GgufTensor {
  const shape = { inputs: size.heads * size.headSize, outputs: plan.width };
  return matrix(plan, `${prefix}.attn_output.weight`, shape, gain, true);
}

export function feedForward(
  plan: WeightPlan,
  prefix: string,
  hidden: number,
  gain: number,
): GgufTensor[] {
  const toHidden = { inputs: plan.width, outputs: hidden };
  const toWidth = { inputs: hidden, outputs: plan.width };
  return [
    matrix(plan, `${prefix}.ffn_gate.weight`, toHidden, 1),
    matrix(plan, `${prefix}.ffn_up.weight`, toHidden, 1),
    matrix(plan, `${prefix}.ffn_down.weight`, toWidth, gain / GATED_SIZE, true),
  ];
}
