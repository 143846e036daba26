import { z } from 'zod';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';
import { loadOptionsSchema, maxContextLength } from '../model/load.ts';

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
  /** Null: what is free now, less what a load leaves to other programs. */
  budgetBytes: z.number().positive().nullable().default(null),
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
});
export type FitBytes = z.infer<typeof fitBytesSchema>;

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

export const fitBasisSchema = z.object({
  /** Keys and values of one token, both in f16, all layers. */
  bytesPerToken: z.number().nonnegative(),
  budgetBytes: z.number().nonnegative(),
  /** llama.cpp's own simulation of this very model, or our formula. */
  computeFrom: z.enum(['simulation', 'formula']),
});
export type FitBasis = z.infer<typeof fitBasisSchema>;
