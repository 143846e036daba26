import type { GgufValue } from './gguf-header.ts';

/** A value of the architecture's own: `attention.head_count` finds `llama.attention.head_count`. */
export type Field = (name: string) => GgufValue | undefined;

export function fieldsOf(architecture: string, metadata: ReadonlyMap<string, GgufValue>): Field {
  return name => metadata.get(`${architecture}.${name}`);
}

export function numberOf(value: GgufValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

/** A field that is either one number for all layers or a list with one for each. */
export function perLayer(value: GgufValue | undefined, layer: number): number | null {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value)) return null;
  const entry: unknown = value[layer];
  return typeof entry === 'number' ? entry : null;
}

/** The same for flags, which files store as booleans or as numbers. */
export function flagOf(value: GgufValue | undefined, layer: number): boolean {
  const entry: unknown = Array.isArray(value) ? value[layer] : value;
  return entry === true || (typeof entry === 'number' && entry !== 0);
}

/** Layers without those at the end that only predict a second token and never run here. */
export function runningLayers(field: Field): number {
  return (numberOf(field('block_count')) ?? 0) - (numberOf(field('nextn_predict_layers')) ?? 0);
}
