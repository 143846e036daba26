import { AppError } from '#shared/errors/app-error.ts';

/** Scalars as numbers (bigint beyond 2^53 are rounded: no field that we read is that large). */
export type GgufScalar = number | boolean | string;

/** Lists of strings and long lists are counted, not kept: vocabularies have hundreds of thousands of entries. */
export type GgufValue = GgufScalar | readonly number[] | readonly boolean[] | GgufLongList;

export interface GgufLongList {
  readonly count: number;
}

export interface GgufTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** ggml's number of the type. */
  readonly type: number;
  /** Bytes from the start of the tensor data. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** Where the tensor data starts in the file. */
  readonly dataOffset: number;
}

/** Budgets for hostile or broken files. The largest models known have about 70 keys, 3,000 tensors. */
const maxMetadataEntries = 65_536;
const maxTensors = 1_000_000;
const maxDimensions = 4;
const maxArrayDepth = 4;
/** Lists that are of use here have an entry for each layer. */
const longestKeptList = 65_536;
const defaultAlignment = 32;

const littleEndianMagic = 0x4655_4747; // "GGUF"
const supportedVersions = [2, 3];

const valueType = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const;

/** Bytes of the values that have always as many. */
const fixedBytes: ReadonlyMap<number, number> = new Map([
  [valueType.uint8, 1],
  [valueType.int8, 1],
  [valueType.bool, 1],
  [valueType.uint16, 2],
  [valueType.int16, 2],
  [valueType.uint32, 4],
  [valueType.int32, 4],
  [valueType.float32, 4],
  [valueType.uint64, 8],
  [valueType.int64, 8],
  [valueType.float64, 8],
]);

/** The part of the file that was passed ends before the header does. */
const tooShort = Symbol('too short');

/**
 * Parses the header of a GGUF file (ggml's docs/gguf.md), without trusting any length or count in
 * it: each is held against the file's size before anything is allocated for it.
 *
 * @param start the first bytes of the file
 * @param fileBytes size of the whole file
 * @returns `more` when the header goes on behind `start`
 * @throws AppError `model-not-gguf`, `model-truncated`, `model-damaged`, `model-unsupported`
 */
export function parseGgufHeader(start: Uint8Array, fileBytes: number): GgufHeader | 'more' {
  try {
    return new HeaderReader(start, fileBytes).read();
  } catch (thrown) {
    if (thrown !== tooShort) throw thrown;
    if (start.length < fileBytes) return 'more';
    throw truncatedHeader();
  }
}

class HeaderReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #text = new TextDecoder();
  #at = 0;

  constructor(bytes: Uint8Array, fileBytes: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
  }

  read(): GgufHeader {
    const version = this.#versionAfterMagic();
    const tensorCount = this.#count('tensors', maxTensors);
    const metadataCount = this.#count('metadata entries', maxMetadataEntries);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < metadataCount; i++) {
      const key = this.#string();
      metadata.set(key, this.#value(this.#uint32(), 0));
    }
    const tensors: GgufTensor[] = [];
    for (let i = 0; i < tensorCount; i++) tensors.push(this.#tensor());
    const alignment = metadata.get('general.alignment') ?? defaultAlignment;
    if (typeof alignment !== 'number' || alignment < 1 || alignment % 8 !== 0) {
      throw damaged('its alignment is not a multiple of 8');
    }
    const dataOffset = Math.ceil(this.#at / alignment) * alignment;
    return { version, metadata, tensors, dataOffset };
  }

  #versionAfterMagic(): number {
    if (this.#fileBytes < 4 || this.#view.getUint32(0, true) !== littleEndianMagic) {
      throw new AppError(
        'model-not-gguf',
        'This file is not a GGUF model: it does not begin with the letters GGUF.',
        { suggestion: 'Choose a file in GGUF format; other formats have to be converted first.' },
      );
    }
    this.#at = 4;
    const version = this.#uint32();
    if (supportedVersions.includes(version)) return version;
    const bigEndian = supportedVersions.includes(swapBytes(version));
    throw new AppError(
      'model-unsupported',
      bigEndian
        ? 'This GGUF file was made for machines with the other byte order.'
        : `This is a GGUF file of version ${version}, which is not supported.`,
      { suggestion: 'Choose a GGUF file of version 2 or 3 for little-endian machines.' },
    );
  }

  #count(what: string, most: number): number {
    const count = this.#uint64();
    if (count > most) throw damaged(`it claims to hold ${count} ${what}`);
    return count;
  }

  #tensor(): GgufTensor {
    const name = this.#string();
    const dimensionCount = this.#uint32();
    if (dimensionCount > maxDimensions) {
      throw damaged(`the weights named "${printable(name)}" have ${dimensionCount} dimensions`);
    }
    const dimensions: number[] = [];
    for (let i = 0; i < dimensionCount; i++) dimensions.push(this.#uint64());
    return { name, dimensions, type: this.#uint32(), offset: this.#uint64() };
  }

  #value(type: number, depth: number): GgufValue {
    switch (type) {
      case valueType.uint8:
        return this.#view.getUint8(this.#take(1));
      case valueType.int8:
        return this.#view.getInt8(this.#take(1));
      case valueType.uint16:
        return this.#view.getUint16(this.#take(2), true);
      case valueType.int16:
        return this.#view.getInt16(this.#take(2), true);
      case valueType.uint32:
        return this.#uint32();
      case valueType.int32:
        return this.#view.getInt32(this.#take(4), true);
      case valueType.float32:
        return this.#view.getFloat32(this.#take(4), true);
      case valueType.bool:
        return this.#view.getUint8(this.#take(1)) !== 0;
      case valueType.string:
        return this.#string();
      case valueType.uint64:
        return this.#uint64();
      case valueType.int64:
        return Number(this.#view.getBigInt64(this.#take(8), true));
      case valueType.float64:
        return this.#view.getFloat64(this.#take(8), true);
      case valueType.array:
        return this.#array(depth + 1);
      default:
        throw damaged(`it holds a value of the unknown type ${type}`);
    }
  }

  #array(depth: number): GgufValue {
    if (depth > maxArrayDepth) throw damaged('its lists are nested too deeply');
    const type = this.#uint32();
    const count = this.#uint64();
    // Every element takes at least one byte.
    if (count > this.#fileBytes) throw damaged(`it claims to hold a list of ${count} values`);
    if (type === valueType.string) {
      for (let i = 0; i < count; i++) this.#skipString();
      return { count };
    }
    const elementBytes = fixedBytes.get(type);
    if (elementBytes !== undefined && count > longestKeptList) {
      this.#take(elementBytes * count);
      return { count };
    }
    const numbers: number[] = [];
    const flags: boolean[] = [];
    for (let i = 0; i < count; i++) {
      const value = this.#value(type, depth);
      if (typeof value === 'number') numbers.push(value);
      else if (typeof value === 'boolean') flags.push(value);
    }
    return type === valueType.bool ? flags : numbers;
  }

  #string(): string {
    const length = this.#stringLength();
    const at = this.#take(length);
    return this.#text.decode(this.#bytes.subarray(at, at + length));
  }

  #skipString(): void {
    this.#take(this.#stringLength());
  }

  #stringLength(): number {
    const length = this.#uint64();
    if (length > this.#fileBytes) {
      throw damaged(`it claims to hold a text of ${length} bytes, more than the whole file`);
    }
    return length;
  }

  #uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Position of the next bytes, which are then counted as read. */
  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length) throw tooShort;
    this.#at = at + bytes;
    return at;
  }
}

function truncatedHeader(): AppError {
  return new AppError('model-truncated', 'The model file ends in the middle of its header.', {
    suggestion: 'The download or copy was probably interrupted: fetch the file again.',
  });
}

function damaged(what: string): AppError {
  return new AppError('model-damaged', `The header of the model file is damaged: ${what}.`, {
    suggestion: 'Download or copy the file again, or choose another one.',
  });
}

function printable(text: string): string {
  return text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?');
}

function swapBytes(word: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, word, true);
  return view.getUint32(0, false);
}
