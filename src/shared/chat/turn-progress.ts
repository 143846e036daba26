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

/** The engine has made no progress, in this turn or in the one that it waits for. */
export const turnStallSchema = z.object({
  /** For how long when this was sent: clocks differ, so whoever receives it counts on from there. */
  quietMs: z.number().nonnegative(),
});
export type TurnStall = z.infer<typeof turnStallSchema>;
