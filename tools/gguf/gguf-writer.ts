import { open } from 'node:fs/promises';
import { ByteSink, type GgufValue, putValue } from './gguf-value.ts';
import { encodeTensor, TENSOR_FORMATS, type TensorType, tensorBytes } from './tensor-encoding.ts';

const VERSION = 3;
const DEFAULT_ALIGNMENT = 32;

export interface GgufTensor {
  readonly name: string;
  /** Innermost first: a matrix that maps `n` inputs to `m` outputs is `[n, m]`, stored row by row. */
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  /**
   * Yields the tensor's values in order, in chunks of whole blocks (32 values for Q8_0). The writer
   * is done with a chunk when it asks for the next, so one buffer may be filled again and again.
   */
  readonly values: () => Iterable<Float32Array>;
}

export interface GgufContent {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** Bytes; where it is not 32 the file says so itself. */
  readonly alignment?: number;
}

/** Everything in front of the tensor data, padded to the alignment at which the data starts. */
export function encodeGgufHeader(content: GgufContent): Uint8Array {
  const alignment = content.alignment ?? DEFAULT_ALIGNMENT;
  const metadata = new Map(content.metadata);
  if (alignment !== DEFAULT_ALIGNMENT) {
    metadata.set('general.alignment', { type: 'uint32', value: alignment });
  }

  const sink = new ByteSink();
  sink.bytes(new TextEncoder().encode('GGUF'));
  sink.uint32(VERSION);
  sink.uint64(content.tensors.length);
  sink.uint64(metadata.size);
  for (const [key, value] of metadata) {
    sink.string(key);
    putValue(sink, value);
  }

  let offset = 0;
  for (const tensor of content.tensors) {
    sink.string(tensor.name);
    sink.uint32(tensor.dimensions.length);
    for (const dimension of tensor.dimensions) sink.uint64(dimension);
    sink.uint32(TENSOR_FORMATS[tensor.type].number);
    sink.uint64(offset);
    offset += paddedTo(alignment, tensorBytes(tensor.type, valueCount(tensor)));
  }
  sink.align(alignment);
  return sink.finish();
}

/** Bytes from the end of the header to the end of the file. */
export function tensorDataBytes(content: GgufContent): number {
  const alignment = content.alignment ?? DEFAULT_ALIGNMENT;
  return content.tensors.reduce(
    (sum, tensor) => sum + paddedTo(alignment, tensorBytes(tensor.type, valueCount(tensor))),
    0,
  );
}

/**
 * Writes a GGUF v3 file, one chunk of one tensor in memory at a time, and answers with its size in
 * bytes. Throws a RangeError where a tensor's shape does not fit its type or its values.
 */
export async function writeGguf(path: string, content: GgufContent): Promise<number> {
  const alignment = content.alignment ?? DEFAULT_ALIGNMENT;
  for (const tensor of content.tensors) checkShape(tensor);

  await using file = await open(path, 'w');
  let size = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    await file.writeFile(bytes);
    size += bytes.length;
  };
  await put(encodeGgufHeader(content));
  for (const tensor of content.tensors) {
    let written = 0;
    for (const chunk of tensor.values()) {
      await put(encodeTensor(tensor.type, chunk));
      written += chunk.length;
    }
    if (written !== valueCount(tensor)) {
      throw new RangeError(
        `Tensor ${tensor.name} has room for ${valueCount(tensor)} values but was given ${written}.`,
      );
    }
    await put(new Uint8Array(paddedTo(alignment, size) - size));
  }
  return size;
}

function checkShape(tensor: GgufTensor): void {
  const { blockValues } = TENSOR_FORMATS[tensor.type];
  const row = tensor.dimensions[0] ?? 0;
  if (row % blockValues !== 0) {
    throw new RangeError(
      `Tensor ${tensor.name} has rows of ${row} values; ${tensor.type} needs a multiple of ${blockValues}.`,
    );
  }
}

function valueCount(tensor: GgufTensor): number {
  return tensor.dimensions.reduce((product, dimension) => product * dimension, 1);
}

function paddedTo(alignment: number, bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
