import { z } from 'zod';
import { predictionCountsSchema } from '../metrics/turn-figures.ts';

/**
 * What the model answers: token prediction depends on the text. `repeating` asks for the words of the
 * prompt, `fresh` for words that are not in it.
 */
export const predictionTasks = ['repeating', 'fresh'] as const;
export const predictionTaskSchema = z.enum(predictionTasks);
export type PredictionTask = z.infer<typeof predictionTaskSchema>;

/** One answer of the loaded model, with the prediction that it was loaded with. */
export const predictionMeasurementRequestSchema = z.object({
  task: predictionTaskSchema,
  /** Of the answer, at most; fewer where the model ends it. */
  generatedTokens: z.int().min(2).max(4096),
});
export type PredictionMeasurementRequest = z.output<typeof predictionMeasurementRequestSchema>;

export const predictionMeasurementSchema = predictionCountsSchema.extend({
  /** The answer, greedy. */
  tokens: z.array(z.int().nonnegative()),
  /** From its first token to its last, on the engine's monotonic clock; null below two tokens. */
  ms: z.number().nonnegative().nullable(),
});
export type PredictionMeasurement = z.infer<typeof predictionMeasurementSchema>;
