import { z } from 'zod';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';
import { loadOptionsSchema, maxContextLength, resolvedBackendSchema } from '../model/load.ts';
import { machineMemorySchema, memoryPoolsSchema } from './memory-pools.ts';

/** How a preset's weights would be stored; a file has its own. */
export const weightTypes = ['f16', 'q8_0', 'q6_k', 'q5_k_m', 'q4_k_m'] as const;
export type WeightType = (typeof weightTypes)[number];

/** Which model, and what it is to fit into. */
export const fitQuestionSchema = z.object({
  model: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), path: z.string().min(1) }),
    z.object({
      kind: z.literal('preset'),
      id: z.string().min(1),
      weightType: z.enum(weightTypes).default('q4_k_m'),
    }),
  ]),
  backend: loadOptionsSchema.shape.backend,
  gpuLayers: loadOptionsSchema.shape.gpuLayers,
  batchSize: loadOptionsSchema.shape.batchSize,
  sequences: z.int().min(1).max(256).default(1),
  /** Tokens of one sequence; null: each row has its longest context. */
  contextLength: z.int().min(1).max(maxContextLength).nullable().default(null),
  /**
   * Memory of the GPU where it has its own, else RAM. Null: what is free now, what a loaded model gives
   * back included, less what a load leaves to other programs.
   */
  budgetBytes: z.number().positive().nullable().default(null),
  /** `both`: a row for each pair with and without. */
  flashAttention: z.enum(['on', 'off', 'both']).default('both'),
});
export type FitQuestion = z.output<typeof fitQuestionSchema>;

/** What a load takes, by part. Bytes. */
export const fitBytesSchema = z.object({
  weights: z.number().nonnegative(),
  kvK: z.number().nonnegative(),
  kvV: z.number().nonnegative(),
  recurrent: z.number().nonnegative(),
  compute: z.number().nonnegative(),
  total: z.number().nonnegative(),
  /** Of the total, what lies in GPU memory. */
  vram: z.number().nonnegative(),
});
export type FitBytes = z.infer<typeof fitBytesSchema>;

/** A cache that somebody may ask the bytes of. */
export const fitSetupSchema = z.object({
  typeK: cacheTypeSchema,
  typeV: cacheTypeSchema,
  flashAttention: z.boolean(),
  /** Tokens of one sequence. */
  contextLength: z.int().min(1).max(maxContextLength),
  swaFull: loadOptionsSchema.shape.swaFull,
});
export type FitSetup = z.infer<typeof fitSetupSchema>;

/** The question's own context length and budget do not matter. */
export const fitBytesRequestSchema = z.object({
  question: fitQuestionSchema,
  setups: z.array(fitSetupSchema).max(512),
});
export type FitBytesRequest = z.output<typeof fitBytesRequestSchema>;

/** One pair of cache types, with flash attention or without. */
export const fitRowSchema = z.object({
  typeK: cacheTypeSchema,
  typeV: cacheTypeSchema,
  flashAttention: z.boolean(),
  legal: z.boolean(),
  /** Why it is not legal. */
  reason: z.string().nullable(),
  /** What speaks against it although it is. */
  warning: z.string().nullable(),
  /** Tokens of one sequence, 0 where not even the shortest fits; null where it is not legal. */
  maxContext: z.int().nonnegative().nullable(),
  /** Of the context that was asked for, else of `maxContext`; null where there is neither. */
  bytes: fitBytesSchema.nullable(),
});
export type FitRow = z.infer<typeof fitRowSchema>;

/** What all rows have in common. */
export const fitBasisSchema = z.object({
  /** Keys and values of one token, both in f16, all layers. */
  bytesPerToken: z.number().nonnegative(),
  /** On all devices together. */
  weightsBytes: z.number().nonnegative(),
  /** Of the pool that was asked about: {@link budgetOf} `pools`. */
  budgetBytes: z.number().nonnegative(),
  pools: memoryPoolsSchema,
  memory: machineMemorySchema,
  /** The backend in use, `auto` resolved. */
  backend: resolvedBackendSchema,
  /** Layers on the GPU, the output layer counted as one, `auto` resolved. */
  gpuLayers: z.int().nonnegative(),
  /** llama.cpp's own simulation of this very model, or our formula. */
  computeFrom: z.enum(['simulation', 'formula']),
});
export type FitBasis = z.infer<typeof fitBasisSchema>;
