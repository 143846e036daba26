/** Number formats of tensor data: F32, F16 and Q8_0 as ggml lays them out. */

export type TensorType = 'F32' | 'F16' | 'Q8_0';

interface TensorFormat {
  /** ggml's number of the type, as written in the tensor info. */
  readonly number: number;
  /** Values that are stored together; a row must be a multiple of it. */
  readonly blockValues: number;
  readonly blockBytes: number;
}

export const TENSOR_FORMATS: Readonly<Record<TensorType, TensorFormat>> = {
  F32: { number: 0, blockValues: 1, blockBytes: 4 },
  F16: { number: 1, blockValues: 1, blockBytes: 2 },
  Q8_0: { number: 8, blockValues: 32, blockBytes: 34 },
};

/** Bytes that `values` values take in the given type. */
export function tensorBytes(type: TensorType, values: number): number {
  const format = TENSOR_FORMATS[type];
  return (values / format.blockValues) * format.blockBytes;
}

/** `values` must be a whole number of the type's blocks. */
export function encodeTensor(type: TensorType, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(tensorBytes(type, values.length));
  const view = new DataView(bytes.buffer);
  if (type === 'F32') {
    for (let index = 0; index < values.length; index++) {
      view.setFloat32(index * 4, values[index] ?? 0, true);
    }
  } else if (type === 'F16') {
    for (let index = 0; index < values.length; index++) {
      view.setUint16(index * 2, halfBits(values[index] ?? 0), true);
    }
  } else {
    encodeQ8Blocks(values, view);
  }
  return bytes;
}

/** A Q8_0 block is one half-precision scale and 32 signed bytes: value = scale x byte. */
function encodeQ8Blocks(values: Float32Array, view: DataView): void {
  const { blockValues, blockBytes } = TENSOR_FORMATS.Q8_0;
  for (let start = 0, at = 0; start < values.length; start += blockValues, at += blockBytes) {
    let largest = 0;
    for (let index = start; index < start + blockValues; index++) {
      const size = Math.abs(values[index] ?? 0);
      // Written so that a NaN becomes the scale: the block then reads back as NaN, like its source.
      if (!(size <= largest)) largest = size;
    }
    const scale = largest / 127;
    const perStep = scale === 0 ? 0 : 1 / scale;
    view.setUint16(at, halfBits(scale), true);
    for (let index = 0; index < blockValues; index++) {
      view.setInt8(at + 2 + index, Math.round((values[start + index] ?? 0) * perStep));
    }
  }
}

const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);

/** IEEE 754 half-precision bits of a number, rounded to nearest, ties to even. */
export function halfBits(value: number): number {
  float32[0] = value;
  const bits = float32Bits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);

  const halfExponent = exponent - 112;
  if (halfExponent >= 31) return sign | 0x7c00;
  if (halfExponent >= 1) {
    // A carry out of the mantissa moves into the exponent, which is the right result.
    return sign | roundedShift((halfExponent << 23) | mantissa, 13);
  }
  if (halfExponent < -10) return sign;
  return sign | roundedShift(mantissa | 0x800000, 14 - halfExponent);
}

function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const lost = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return lost > half || (lost === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** What is stored, as numbers: the other direction of `encodeTensor`. */
export function decodeTensor(type: TensorType, bytes: Uint8Array): Float32Array {
  const { blockValues, blockBytes } = TENSOR_FORMATS[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array((bytes.length / blockBytes) * blockValues);
  for (let block = 0; block * blockBytes < bytes.length; block++) {
    const at = block * blockBytes;
    if (type === 'F32') {
      values[block] = view.getFloat32(at, true);
    } else if (type === 'F16') {
      values[block] = halfValue(view.getUint16(at, true));
    } else {
      const scale = halfValue(view.getUint16(at, true));
      for (let index = 0; index < blockValues; index++) {
        values[block * blockValues + index] = scale * view.getInt8(at + 2 + index);
      }
    }
  }
  return values;
}

function halfValue(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
