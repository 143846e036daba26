import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHAPE } from '../training/shape.ts';

/** A matrix as `[inputs, outputs]`, stored output by output; a norm as `[width]`. */
export interface TensorShape {
  readonly name: string;
  readonly dimensions: readonly number[];
}

/** Every tensor of the model, named as llama.cpp looks for them in the architecture `llama`. */
export function tensorShapes(vocabularySize: number): TensorShape[] {
  const { width, heads, kvHeads, headSize, feedForward, layers } = SHAPE;
  const queries = heads * headSize;
  const keys = kvHeads * headSize;
  const layer = (index: number): TensorShape[] =>
    (
      [
        ['attn_norm', [width]],
        ['attn_q', [width, queries]],
        ['attn_k', [width, keys]],
        ['attn_v', [width, keys]],
        ['attn_output', [queries, width]],
        ['ffn_norm', [width]],
        ['ffn_gate', [width, feedForward]],
        ['ffn_up', [width, feedForward]],
        ['ffn_down', [feedForward, width]],
      ] as const
    ).map(([name, dimensions]) => ({ name: `blk.${index}.${name}.weight`, dimensions }));
  return [
    // Without an output matrix llama.cpp takes this one for both ends, as it was trained.
    { name: 'token_embd.weight', dimensions: [width, vocabularySize] },
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    { name: 'output_norm.weight', dimensions: [width] },
  ];
}

/** One tensor as train.py wrote it. @throws Error where it does not have that many values */
export async function readValues(directory: string, shape: TensorShape): Promise<Float32Array> {
  const bytes = await readFile(join(directory, `${shape.name}.f32`));
  const values = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  const wanted = shape.dimensions.reduce((product, size) => product * size, 1);
  if (values.length !== wanted) {
    throw new Error(`${shape.name} has ${values.length} values instead of ${wanted}.`);
  }
  return values;
}
