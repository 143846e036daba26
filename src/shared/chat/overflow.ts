import { z } from 'zod';
import { messageIdSchema } from './conversation-ids.ts';

/** What happens when a conversation no longer fits the context; the system prompt stays in every case. */
export const overflowPolicySchema = z.enum(['stop', 'drop-oldest', 'drop-middle']);
export type OverflowPolicy = z.infer<typeof overflowPolicySchema>;

/** Turns that the model does not see any more. They stay in the transcript. */
export const overflowSchema = z.object({
  policy: overflowPolicySchema,
  /** All messages that were left out of this turn's prompt. */
  omitted: z.array(messageIdSchema),
  /** How many turns were left out for the first time: then room was made. */
  newTurns: z.int().nonnegative(),
});
export type Overflow = z.infer<typeof overflowSchema>;
