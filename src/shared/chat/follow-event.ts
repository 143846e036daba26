import { z } from 'zod';
import { conversationSchema, messageSchema, segmentSchema } from './conversation.ts';
import { messageIdSchema } from './conversation-ids.ts';
import { turnProgressSchema, turnStallSchema } from './turn-progress.ts';

/**
 * What a viewer of a conversation receives: one snapshot, then deltas, and another snapshot whenever
 * a different branch is shown. A viewer that comes in the middle of a turn gets the partial answer in
 * its snapshot.
 */
export const followEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    conversation: conversationSchema,
    /** The shown branch, oldest first. */
    messages: z.array(messageSchema),
    /** Of those with siblings, by id: all versions of the message, itself among them, oldest first. */
    branches: z.record(messageIdSchema, z.array(messageIdSchema)),
    /** Of the message with status `running`; null when there is none. */
    progress: turnProgressSchema.nullable(),
    /** Of the same message; null while it moves on. */
    stall: turnStallSchema.nullable(),
  }),
  /**
   * A message is new at the end of the branch, goes on, or has reached its end: replaces the one with
   * the same id.
   */
  z.object({ type: z.literal('message'), message: messageSchema }),
  z.object({
    type: z.literal('delta'),
    messageId: messageIdSchema,
    segment: segmentSchema,
    text: z.string(),
  }),
  z.object({
    type: z.literal('progress'),
    messageId: messageIdSchema,
    progress: turnProgressSchema,
  }),
  /** The message makes no progress, or makes some again. */
  z.object({
    type: z.literal('stall'),
    messageId: messageIdSchema,
    stall: turnStallSchema.nullable(),
  }),
  z.object({ type: z.literal('conversation'), conversation: conversationSchema }),
  z.object({ type: z.literal('deleted') }),
]);
export type FollowEvent = z.infer<typeof followEventSchema>;
