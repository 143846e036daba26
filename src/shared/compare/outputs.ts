import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { outputMeasurementSchema } from './output-measurement.ts';

/** What every configuration answers, greedily: the same tokens wherever the same is computed. */
export const outputsTestSchema = z.object({
  /** A question, put to the model as a chat's first message. */
  prompt: z.string().regex(/\S/, 'the prompt is empty').max(100_000),
  /** Of the answer, at most. */
  tokens: z.int().min(1).max(4096).default(128),
});
export type OutputsTest = z.output<typeof outputsTestSchema>;

export const configurationOutputSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('measured'), ...outputMeasurementSchema.shape }),
  z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
]);
export type ConfigurationOutput = z.infer<typeof configurationOutputSchema>;

export const outputsResultSchema = z.object({
  test: outputsTestSchema,
  /** In the order of the request. One without a cache writes with that of the baseline: it rounds nothing. */
  configurations: z.array(configurationOutputSchema),
});
export type OutputsResult = z.infer<typeof outputsResultSchema>;
