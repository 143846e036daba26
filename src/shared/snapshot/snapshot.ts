import { z } from 'zod';
import { cellGapSchema, cellSpanSchema } from '../cache-map/cache-map.ts';
import { conversationIdSchema, messageIdSchema } from '../chat/conversation-ids.ts';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';

/** Goes up when a snapshot of the old format can no longer be used. */
export const snapshotFormat = 1;

/** What has to be the same for saved cells to mean the same. */
export const snapshotIdentitySchema = z.object({
  /** Of the weights: two files with this in common hold the same model. */
  modelFingerprint: z.string().min(1),
  modelName: z.string(),
  typeK: cacheTypeSchema,
  typeV: cacheTypeSchema,
  /** Values lie in another order without it; null where llama.cpp did not say. */
  flashAttention: z.boolean().nullable(),
  llamaCppRelease: z.string(),
  /** Of the context, where keys are rotated by other factors in a long one (LongRoPE); null where they are not. */
  rotationLength: z.int().positive().nullable(),
  /** Whether layers with a sliding window kept every token; false where there are none. */
  swaFull: z.boolean().default(false),
});
export type SnapshotIdentity = z.infer<typeof snapshotIdentitySchema>;

const tokensSchema = z.array(z.int().nonnegative());

/** An answer in the very tokens that it was generated as: its text tokenizes to others. */
const snapshotAnswerSchema = z.object({
  messageId: messageIdSchema,
  text: z.string(),
  reasoning: z.string(),
  textTokens: tokensSchema.nullable(),
  reasoningTokens: tokensSchema.nullable(),
});

/**
 * What is known of a state file: llama.cpp's own copy of the cells of one conversation. It aborts the
 * process on a truncated one and takes a foreign one without a word, so nothing is loaded that does
 * not agree with this.
 */
export const snapshotSchema = z.object({
  format: z.literal(snapshotFormat),
  identity: snapshotIdentitySchema,
  conversationId: conversationIdSchema,
  /** Tokens in the cells, from the first on. */
  tokens: z.int().positive(),
  stateBytes: z.int().positive(),
  /** CRC-32 of the state file. */
  stateChecksum: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  savedAt: z.int().nonnegative(),
  /** What the last turn put into the cells, as in the cache map. */
  lastTurn: z.object({
    answerId: messageIdSchema,
    promptTokens: z.int().nonnegative(),
    spans: z.array(cellSpanSchema),
    gaps: z.array(cellGapSchema),
    answerTokens: tokensSchema,
  }),
  answers: z.array(snapshotAnswerSchema),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** Whose cells are in the cache, and whether they are on the disk as they are. */
export const cacheHolderSchema = z.object({
  conversationId: conversationIdSchema,
  /** Of the last turn. */
  answerId: messageIdSchema,
  tokens: z.int().nonnegative(),
  /** Bytes that a snapshot would take, about; null where the architecture's cache is not understood. */
  bytes: z.number().nonnegative().nullable(),
  saved: z.boolean(),
});
export type CacheHolder = z.infer<typeof cacheHolderSchema>;
