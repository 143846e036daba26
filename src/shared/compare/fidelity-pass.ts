import { z } from 'zod';
import { fidelityReadingSchema } from './fidelity.ts';

/** One configuration reads the text: what the host asks of the engine. */
export const fidelityPassSchema = z.object({
  text: z.string().min(1),
  /** Of the text, at most; fewer where the context is shorter. */
  tokens: z.int().min(2),
  /** The baseline fills this file, which has to exist; a candidate is held against what is in it. */
  distributionsPath: z.string().min(1),
  role: z.enum(['baseline', 'candidate']),
});
export type FidelityPass = z.infer<typeof fidelityPassSchema>;

export const passProgressSchema = z.object({
  doneTokens: z.int().nonnegative(),
  totalTokens: z.int().positive(),
});
export type PassProgress = z.infer<typeof passProgressSchema>;

export const passResultSchema = z.object({
  /** Of what was read of the text. */
  textSha256: z.string(),
  /** Text of each token that was to be predicted. */
  expected: z.array(z.string()),
  reading: fidelityReadingSchema,
  /** Null of the baseline. Nats. */
  divergences: z.array(z.number().nonnegative()).nullable(),
});
export type PassResult = z.infer<typeof passResultSchema>;
