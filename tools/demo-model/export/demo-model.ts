import type { GgufContent } from '../../gguf/gguf-writer.ts';
import { generalMetadata, shapeMetadata, tokenizerMetadata } from '../../gguf/model-metadata.ts';
import type { TensorType } from '../../gguf/tensor-encoding.ts';
import type { Vocabulary } from '../../gguf/vocabulary.ts';
import { SHAPE } from '../training/shape.ts';
import { type TensorShape, tensorShapes } from './tensors.ts';

/** What every piece of code and every text calls the model; the file's `general.name`. */
export const MODEL_NAME = 'Headroom built-in model';

/**
 * The model as a GGUF file. Norms stay F32, as llama.cpp wants them.
 *
 * @param type of the matrices
 */
export function demoModel(
  vocabulary: Vocabulary,
  type: TensorType,
  values: (tensor: TensorShape) => Float32Array,
): GgufContent {
  return {
    metadata: new Map([
      ...generalMetadata({
        architecture: 'llama',
        name: MODEL_NAME,
        description:
          'A tiny model that answers questions about the KV cache and about Headroom, trained by ' +
          'the maintainers of Headroom on texts that they wrote.',
        type,
      }),
      ...shapeMetadata('llama', SHAPE, vocabulary),
      ...tokenizerMetadata(vocabulary),
    ]),
    tensors: tensorShapes(vocabulary.tokens.length).map(shape => ({
      ...shape,
      type: shape.dimensions.length === 1 ? 'F32' : type,
      values: () => [values(shape)],
    })),
  };
}
