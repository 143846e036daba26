import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';

/** What every configuration answers, greedily: the same tokens wherever the same is computed. */
export const outputsTestSchema = z.object({
  /** A question, put to the model as a chat's first message. */
  prompt: z.string().regex(/\S/, 'the prompt is empty').max(100_000),
  /** Of the answer, at most. */
  tokens: z.int().min(1).max(4096).default(128),
});
export type OutputsTest = z.output<typeof outputsTestSchema>;

export const configurationOutputSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('measured'),
    /** Texts of the answer's tokens, in their order; together they are the answer. */
    tokens: z.array(z.string()),
    /** Whether the model ended it; else it has as many tokens as were asked for. */
    ended: z.boolean(),
  }),
  z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
]);
export type ConfigurationOutput = z.infer<typeof configurationOutputSchema>;

export const outputsResultSchema = z.object({
  test: outputsTestSchema,
  /** In the order of the request. */
  configurations: z.array(configurationOutputSchema),
});
export type OutputsResult = z.infer<typeof outputsResultSchema>;
