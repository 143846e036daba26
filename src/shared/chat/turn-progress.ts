import { z } from 'zod';

/** How far a running turn is. Reused tokens are never part of what there is to read. */
export const turnProgressSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('queued') }),
  z.object({
    phase: z.literal('prefill'),
    reusedTokens: z.int().nonnegative(),
    doneTokens: z.int().nonnegative(),
    totalTokens: z.int().nonnegative(),
    /** Null until the first chunk was evaluated. */
    tokensPerSecond: z.number().positive().nullable(),
    remainingMs: z.number().nonnegative().nullable(),
  }),
  z.object({ phase: z.literal('decode') }),
]);
export type TurnProgress = z.infer<typeof turnProgressSchema>;
