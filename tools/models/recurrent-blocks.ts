import type { GgufTensor } from '../gguf/gguf-writer.ts';
import { attention, feedForward, GATED_SIZE, layerPrefixes, SHARPNESS } from './layer-parts.ts';
import type { JambaRecipe, MambaRecipe, StateShape } from './model-recipe.ts';
import { blockShare, constant, matrix, norm, type WeightPlan } from './weights.ts';

/** softplus(-1) = 0.31: a state that forgets half within the last few to the last two tokens. */
const STEP_BIAS = -1;
/** Spread of the steps around their bias, before the softplus. */
const STEP_GAIN = 0.5;

export function mambaBlocks(plan: WeightPlan, { state }: MambaRecipe): GgufTensor[] {
  return layerPrefixes(plan).flatMap(prefix => [
    norm(`${prefix}.attn_norm.weight`, plan.width),
    ...stateBlock(plan, prefix, state),
  ]);
}

/** Attention without positions in some layers, a Mamba block with three more norms in the others. */
export function jambaBlocks(plan: WeightPlan, recipe: JambaRecipe): GgufTensor[] {
  const share = blockShare(plan);
  const { shape, state } = recipe;
  return layerPrefixes(plan).flatMap((prefix, layer) => {
    const kvHeads = recipe.kvHeadsOfLayers[layer] ?? 0;
    const gains = { score: SHARPNESS, output: share };
    return [
      norm(`${prefix}.attn_norm.weight`, plan.width),
      ...(kvHeads > 0
        ? attention(plan, prefix, { ...shape, kvHeads }, gains)
        : [...stateBlock(plan, prefix, state), ...stateNorms(prefix, state)]),
      norm(`${prefix}.ffn_norm.weight`, plan.width),
      ...feedForward(plan, prefix, shape.feedForward, share),
    ];
  });
}

/** Convolution, steps and decays are F32, as llama.cpp wants them. */
function stateBlock(plan: WeightPlan, prefix: string, state: StateShape): GgufTensor[] {
  const { convolution, inner, perInner, stepRank } = state;
  const taps = { inputs: convolution, outputs: inner };
  const toStepAndState = { inputs: inner, outputs: stepRank + 2 * perInner };
  const toStep = { inputs: stepRank, outputs: inner };
  const toInner = { inputs: plan.width, outputs: 2 * inner };
  const toWidth = { inputs: inner, outputs: plan.width };
  return [
    matrix(plan, `${prefix}.ssm_in.weight`, toInner, 1),
    matrix({ ...plan, type: 'F32' }, `${prefix}.ssm_conv1d.weight`, taps, 1),
    constant(`${prefix}.ssm_conv1d.bias`, [inner], 0),
    matrix(plan, `${prefix}.ssm_x.weight`, toStepAndState, 1 / GATED_SIZE),
    matrix(plan, `${prefix}.ssm_dt.weight`, toStep, STEP_GAIN),
    constant(`${prefix}.ssm_dt.bias`, [inner], STEP_BIAS),
    decays(`${prefix}.ssm_a`, state),
    constant(`${prefix}.ssm_d`, [inner], 1),
    matrix(plan, `${prefix}.ssm_out.weight`, toWidth, blockShare(plan) / GATED_SIZE, true),
  ];
}

/** -1, -2, ... for the values of one state: each forgets faster than the one before. */
function decays(name: string, { inner, perInner }: StateShape): GgufTensor {
  return {
    name,
    dimensions: [perInner, inner],
    type: 'F32',
    values: () => [new Float32Array(perInner * inner).map((_, index) => -1 - (index % perInner))],
  };
}

function stateNorms(prefix: string, { perInner, stepRank }: StateShape): GgufTensor[] {
  return [
    constant(`${prefix}.ssm_dt_norm.weight`, [stepRank], 1),
    constant(`${prefix}.ssm_b_norm.weight`, [perInner], 1),
    constant(`${prefix}.ssm_c_norm.weight`, [perInner], 1),
  ];
}
