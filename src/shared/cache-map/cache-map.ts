import { z } from 'zod';
import { conversationIdSchema, messageIdSchema } from '../chat/conversation-ids.ts';

/** What cells hold; whatever lies between the spans is the chat template's own text. */
export const cellKindSchema = z.enum(['system', 'user', 'answer', 'reasoning']);
export type CellKind = z.infer<typeof cellKindSchema>;

/** Cells next to each other that hold the same text. Positions in the sequence, from 0. */
export const cellSpanSchema = z.object({
  start: z.int().nonnegative(),
  /** Exclusive. */
  end: z.int().nonnegative(),
  kind: cellKindSchema,
  /** The message that the text is from; null for the system prompt. */
  messageId: messageIdSchema.nullable(),
});
export type CellSpan = z.infer<typeof cellSpanSchema>;

/** Where turns were left out so that the conversation fits. */
export const cellGapSchema = z.object({
  /** Of the first cell behind it. */
  position: z.int().nonnegative(),
  turns: z.int().positive(),
});
export type CellGap = z.infer<typeof cellGapSchema>;

/**
 * What the cells of the sequence hold since the last turn began. How many of them are filled is in the
 * telemetry: the turn's prompt fills up to `promptTokens`, its answer whatever is used beyond.
 */
export const cacheMapSchema = z.object({
  /** Another one after every change: texts are asked for with it. */
  revision: z.int().nonnegative(),
  conversationId: conversationIdSchema,
  /** The answer that the cells beyond the prompt belong to. */
  answerId: messageIdSchema,
  capacityTokens: z.int().nonnegative(),
  promptTokens: z.int().nonnegative(),
  /** Of the prompt, what was in the cache before this turn. */
  reusedTokens: z.int().nonnegative(),
  /** Tokens, from the first on, that are in a snapshot on the disk as well. */
  savedTokens: z.int().nonnegative(),
  /** Tokens that sliding-window layers look back on; null where all layers see everything. */
  slidingWindow: z.int().positive().nullable(),
  /** Of the prompt, ascending, without overlaps. */
  spans: z.array(cellSpanSchema),
  /** Ascending. */
  gaps: z.array(cellGapSchema),
});
export type CacheMap = z.infer<typeof cacheMapSchema>;

/** Cells whose text somebody wants to read. */
export const cacheTextsRequestSchema = z
  .object({
    /** Of the map that they were seen on. */
    revision: z.int().nonnegative(),
    start: z.int().nonnegative(),
    /** Exclusive. */
    end: z.int().nonnegative(),
  })
  .refine(({ start, end }) => end >= start && end - start <= 512, 'at most 512 cells at once');
export type CacheTextsRequest = z.output<typeof cacheTextsRequestSchema>;
