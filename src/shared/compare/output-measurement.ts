import { z } from 'zod';

/** Of one answer. */
export const outputProgressSchema = z.object({ doneTokens: z.int().nonnegative() });
export type OutputProgress = z.infer<typeof outputProgressSchema>;

/** What one configuration wrote. */
export const outputMeasurementSchema = z.object({
  /**
   * Texts of the tokens, in their order, what the model marks its thoughts with included. A character that
   * is spread over several tokens stands with the last of them.
   */
  tokens: z.array(z.string()),
  /** Whether the model ended the answer; else it has as many tokens as were asked for. */
  ended: z.boolean(),
});
export type OutputMeasurement = z.infer<typeof outputMeasurementSchema>;
