import type { GgufTensor } from './gguf-header.ts';
import { type Field, numberOf, runningLayers } from './header-field.ts';
import { tensorBytes } from './tensor-size.ts';

const embeddings = 'token_embd.weight';
/** Tables of which a token needs one row. */
const tables = new Set([
  embeddings,
  'per_layer_token_embd.weight',
  'position_embd.weight',
  'token_types.weight',
]);

/**
 * Bytes of the weights that are read for one token: of the tables one row, of the experts those that a
 * token is given to. Null where a tensor has a type that we do not know, or the file does not say how many
 * experts there are.
 */
export function activeWeightsBytes(tensors: readonly GgufTensor[], field: Field): number | null {
  const hasOutput = tensors.some(({ name }) => name === 'output.weight');
  const layers = runningLayers(field);
  let total = 0;
  for (const tensor of tensors) {
    // Layers that only predict a second token never run here.
    const layer = /^blk\.(\d+)\./.exec(tensor.name)?.[1];
    if (layer !== undefined && Number(layer) >= layers) continue;
    const bytes = tensorBytes(tensor.type, tensor.dimensions);
    const share = activeShare(tensor, hasOutput, field);
    if (bytes === null || share === null) return null;
    total += bytes * share;
  }
  return Math.round(total);
}

function activeShare(
  { name, dimensions }: GgufTensor,
  hasOutput: boolean,
  field: Field,
): number | null {
  // Without an output matrix of its own a model ends in its embeddings, all of them.
  if (tables.has(name) && (hasOutput || name !== embeddings)) return 1 / (dimensions[1] ?? 1);
  // Experts lie one behind the other in one tensor; those that every token is given to are called `shexp`.
  if (!/_(?:ch)?exps\./.test(name)) return 1;
  const count = numberOf(field('expert_count'));
  const used = numberOf(field('expert_used_count'));
  return count === null || used === null || count === 0 ? null : Math.min(1, used / count);
}
