export interface WireFormat {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/**
 * JSON with the values that structured clone carries and JSON loses. The function is self-contained:
 * its source also runs inside the page. What neither it nor JSON can carry throws.
 */
export function createWireFormat(): WireFormat {
  const tag = '\u0000type';
  const pack = (value: unknown): unknown => {
    if (value === undefined) return { [tag]: 'undefined' };
    if (typeof value === 'bigint') return { [tag]: 'bigint', text: String(value) };
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return { [tag]: 'number', text: String(value) };
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(pack);
    if (value instanceof Date) return { [tag]: 'date', time: value.getTime() };
    if (value instanceof Map) return { [tag]: 'map', entries: [...value].map(pack) };
    if (value instanceof Set) return { [tag]: 'set', values: [...value].map(pack) };
    if (value instanceof Uint8Array) return { [tag]: 'bytes', bytes: [...value] };
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new TypeError(`The harness cannot carry a ${value.constructor.name}.`);
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, pack(entry)]));
  };
  // biome-ignore lint/suspicious/noExplicitAny: JSON of our own making, read back by its tags.
  const unpack = (value: any): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(unpack);
    switch (value[tag]) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(value.text);
      case 'number':
        return Number(value.text);
      case 'date':
        return new Date(value.time);
      case 'map':
        return new Map(value.entries.map(unpack));
      case 'set':
        return new Set(value.values.map(unpack));
      case 'bytes':
        return new Uint8Array(value.bytes);
      default:
        return Object.fromEntries(
          Object.entries(value).map(([key, entry]) => [key, unpack(entry)]),
        );
    }
  };
  return {
    encode: value => JSON.stringify(pack(value)),
    decode: text => unpack(JSON.parse(text)),
  };
}
