import { z } from 'zod';
import { parallelTestSchema } from './parallel.ts';

/** One measurement of the loaded model, with all sequences of its context. */
export const parallelMeasurementRequestSchema = parallelTestSchema.pick({
  promptTokens: true,
  generatedTokens: true,
  seed: true,
});
export type ParallelMeasurementRequest = z.output<typeof parallelMeasurementRequestSchema>;

export const parallelStageSchema = z.enum(['prefill', 'decode']);
export type ParallelStage = z.infer<typeof parallelStageSchema>;

/** One sample. */
export const parallelMeasurementSchema = z.object({
  /** Of all sequences together. */
  tokens: z.int().positive(),
  /** On the engine's monotonic clock. */
  ms: z.number().positive(),
});
export type ParallelMeasurement = z.infer<typeof parallelMeasurementSchema>;
