import { z } from 'zod';
import { conversationIdSchema } from '../chat/conversation-ids.ts';
import { appErrorSchema } from '../errors/app-error.ts';

/** A chat whose cells are on the disk. */
export const keptSnapshotSchema = z.object({
  conversationId: conversationIdSchema,
  bytes: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  savedAt: z.int().nonnegative(),
});
export type KeptSnapshot = z.infer<typeof keptSnapshotSchema>;

/** Something that was done, or was tried. */
export const snapshotEventSchema = z.object({
  kind: z.enum(['saved', 'restored', 'refused', 'failed']),
  conversationId: conversationIdSchema,
  tokens: z.int().nonnegative(),
  ms: z.number().nonnegative(),
  /** Why it was refused, or could not be saved; else null. */
  error: appErrorSchema.nullable(),
  /** Another number for every event. */
  sequence: z.int().nonnegative(),
});
export type SnapshotEvent = z.infer<typeof snapshotEventSchema>;

export const snapshotStateSchema = z.object({
  /** What is under way. */
  activity: z
    .object({ kind: z.enum(['saving', 'restoring']), conversationId: conversationIdSchema })
    .nullable(),
  /** Newest use last. */
  kept: z.array(keptSnapshotSchema),
  /** The latest ones, newest last. */
  events: z.array(snapshotEventSchema),
});
export type SnapshotState = z.infer<typeof snapshotStateSchema>;

/** Shorter chats are read again faster than anybody notices: they are saved only on demand. */
export const automaticSnapshotTokens = 512;
