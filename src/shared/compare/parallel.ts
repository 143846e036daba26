import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { sampleStatisticsSchema } from './sample-statistics.ts';

/** Several prompts in one context, answered at the same time. */
export const parallelTestSchema = z.object({
  /** How many at once, from the fewest on. */
  sequences: z.array(z.int().min(1).max(16)).min(1).max(16).default([1, 2, 4, 8, 16]),
  /** In the cells of each sequence before anything is timed. */
  promptTokens: z.int().min(1).max(100_000).default(64),
  /** Of each sequence, timed. */
  generatedTokens: z.int().min(2).max(4096).default(32),
  repetitions: z.int().min(1).max(100).default(5),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
});
export type ParallelTest = z.output<typeof parallelTestSchema>;

/** So many sequences at once; or why they could not be had, such as memory. */
export const parallelFiguresSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('measured'),
    sequences: z.int().positive(),
    /** Decode of all sequences together; each of them has an equal part. */
    tokensPerSecond: sampleStatisticsSchema,
    /** Of the whole context, as llama.cpp reported it; null where it said nothing. */
    kvBytes: z.number().nonnegative().nullable(),
    /** Of one sequence. */
    contextLength: z.int().positive(),
  }),
  z.object({
    outcome: z.literal('failed'),
    sequences: z.int().positive(),
    error: appErrorSchema,
  }),
]);
export type ParallelFigures = z.infer<typeof parallelFiguresSchema>;

export const configurationParallelSchema = z.discriminatedUnion('outcome', [
  /** In the order of the test. */
  z.object({ outcome: z.literal('measured'), counts: z.array(parallelFiguresSchema) }),
  z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
]);
export type ConfigurationParallel = z.infer<typeof configurationParallelSchema>;

export const parallelResultSchema = z.object({
  test: parallelTestSchema,
  /** In the order of the request; null for one without a cache. */
  configurations: z.array(configurationParallelSchema.nullable()),
});
export type ParallelResult = z.infer<typeof parallelResultSchema>;
