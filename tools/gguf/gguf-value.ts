/**
 * Metadata values of a GGUF file and how they look as bytes (little-endian, strings and arrays with
 * a 64-bit length in front). Source: the format's specification, ggml `docs/gguf.md`.
 */

export type GgufScalar =
  | { readonly type: 'uint32'; readonly value: number }
  | { readonly type: 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string };

export type GgufArray =
  | { readonly type: 'int32[]'; readonly value: readonly number[] }
  | { readonly type: 'float32[]'; readonly value: readonly number[] }
  | { readonly type: 'bool[]'; readonly value: readonly boolean[] }
  | { readonly type: 'string[]'; readonly value: readonly string[] };

export type GgufValue = GgufScalar | GgufArray;

/** The numbers that the format gives its value types. */
const TYPE_NUMBER = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

const utf8 = new TextEncoder();

/** Bytes that grow as they are written; the header of a model is small enough to build in memory. */
export class ByteSink {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }

  uint64(value: number | bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  float32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }

  bool(value: boolean): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value ? 1 : 0);
  }

  string(value: string): void {
    const encoded = utf8.encode(value);
    this.uint64(encoded.length);
    this.bytes(encoded);
  }

  /** Zero bytes up to the next multiple of `alignment`. */
  align(alignment: number): void {
    this.#reserve((alignment - (this.#length % alignment)) % alignment);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}

/** Writes the value's type number and then the value itself. */
export function putValue(sink: ByteSink, entry: GgufValue): void {
  switch (entry.type) {
    case 'uint32':
      sink.uint32(TYPE_NUMBER.uint32);
      sink.uint32(entry.value);
      return;
    case 'float32':
      sink.uint32(TYPE_NUMBER.float32);
      sink.float32(entry.value);
      return;
    case 'bool':
      sink.uint32(TYPE_NUMBER.bool);
      sink.bool(entry.value);
      return;
    case 'string':
      sink.uint32(TYPE_NUMBER.string);
      sink.string(entry.value);
      return;
    case 'int32[]':
      putArrayHead(sink, TYPE_NUMBER.int32, entry.value.length);
      for (const item of entry.value) sink.int32(item);
      return;
    case 'float32[]':
      putArrayHead(sink, TYPE_NUMBER.float32, entry.value.length);
      for (const item of entry.value) sink.float32(item);
      return;
    case 'bool[]':
      putArrayHead(sink, TYPE_NUMBER.bool, entry.value.length);
      for (const item of entry.value) sink.bool(item);
      return;
    case 'string[]':
      putArrayHead(sink, TYPE_NUMBER.string, entry.value.length);
      for (const item of entry.value) sink.string(item);
      return;
  }
}

function putArrayHead(sink: ByteSink, elementType: number, count: number): void {
  sink.uint32(TYPE_NUMBER.array);
  sink.uint32(elementType);
  sink.uint64(count);
}
