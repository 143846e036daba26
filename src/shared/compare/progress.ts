import { z } from 'zod';

/** What a comparison measures, in this order. */
export const comparisonParts = ['speed', 'fidelity', 'outputs', 'parallel'] as const;
export const comparisonPartSchema = z.enum(comparisonParts);
export type ComparisonPart = z.infer<typeof comparisonPartSchema>;

/** What goes on at the moment; `read` is a text that is given, `write` an answer. */
const comparisonStageSchema = z.enum([
  'load',
  'warm-up',
  'depth',
  'prefill',
  'decode',
  'read',
  'write',
]);

export const comparisonProgressSchema = z.object({
  part: comparisonPartSchema,
  /** Its place in the request; null: the f16 cache that fidelity is held against. */
  configuration: z.int().nonnegative().nullable(),
  stage: comparisonStageSchema,
  /** Where speed is measured; null elsewhere. */
  depthTokens: z.int().nonnegative().nullable(),
  /** How many at once; null where it is always one. */
  sequences: z.int().positive().nullable(),
  /** From 1; null where nothing is repeated. */
  repetition: z.int().positive().nullable(),
  /** Measurements or tokens of this part that are over, of all that there will be. */
  done: z.int().nonnegative(),
  total: z.int().positive(),
  /** Of this part, from what it took so far; null before anything did. */
  remainingMs: z.number().nonnegative().nullable(),
});
export type ComparisonProgress = z.infer<typeof comparisonProgressSchema>;
