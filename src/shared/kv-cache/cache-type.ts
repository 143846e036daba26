import { z } from 'zod';

/**
 * The element types llama.cpp can keep K and V in without aborting, as it names them. Others exist
 * (q8_1, k-quants, integers) and kill the process or corrupt the output; they are left out on purpose.
 */
export const cacheTypes = [
  'f32',
  'f16',
  'bf16',
  'q8_0',
  'q5_1',
  'q5_0',
  'q4_1',
  'q4_0',
  'iq4_nl',
] as const;

export const cacheTypeSchema = z.enum(cacheTypes);
export type CacheType = z.infer<typeof cacheTypeSchema>;

interface BlockShape {
  /** Elements that are stored together. */
  readonly elements: number;
  /** Bytes of one such block, scales included. */
  readonly bytes: number;
}

/** Block layouts of ggml's types (ggml-common.h, `block_q8_0` and its siblings). */
const blocks: Readonly<Record<CacheType, BlockShape>> = {
  f32: { elements: 1, bytes: 4 },
  f16: { elements: 1, bytes: 2 },
  bf16: { elements: 1, bytes: 2 },
  q8_0: { elements: 32, bytes: 34 },
  q5_1: { elements: 32, bytes: 24 },
  q5_0: { elements: 32, bytes: 22 },
  q4_1: { elements: 32, bytes: 20 },
  q4_0: { elements: 32, bytes: 18 },
  iq4_nl: { elements: 32, bytes: 18 },
};

/** Elements per block; a head size must be a multiple of this to be kept in that type. */
export function blockElements(type: CacheType): number {
  return blocks[type].elements;
}

/** Average bytes per element (f16: 2, q8_0: 1.0625, q4_0: 0.5625). */
export function bytesPerElement(type: CacheType): number {
  return blocks[type].bytes / blocks[type].elements;
}

export function isQuantized(type: CacheType): boolean {
  return blocks[type].elements > 1;
}
