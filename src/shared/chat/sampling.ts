import { z } from 'zod';

/** How tokens are chosen, and how many. */
export const samplingSchema = z.object({
  /** 0 is greedy: always the most probable token. */
  temperature: z.number().min(0).max(5).default(0.7),
  /** 0 turns the limit off. */
  topK: z.int().min(0).max(1000).default(40),
  topP: z.number().gt(0).max(1).default(0.95),
  minP: z.number().min(0).max(1).default(0.05),
  /** 1 leaves repeated tokens alone. */
  repeatPenalty: z.number().min(0.5).max(2).default(1),
  /** Null: a new seed every turn. */
  seed: z.int().min(0).max(4_294_967_295).nullable().default(null),
  /** Tokens of one answer; null: until the model ends it or the context is full. */
  maxTokens: z.int().min(1).nullable().default(null),
});
export type Sampling = z.infer<typeof samplingSchema>;
