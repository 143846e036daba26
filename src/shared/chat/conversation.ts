import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { turnFiguresSchema } from '../metrics/turn-figures.ts';
import { conversationIdSchema, messageIdSchema } from './conversation-ids.ts';
import { overflowPolicySchema } from './overflow.ts';
import { samplingSchema } from './sampling.ts';

export const conversationSchema = z.object({
  id: conversationIdSchema,
  title: z.string(),
  systemPrompt: z.string(),
  sampling: samplingSchema,
  /** What happens when it no longer fits the context. */
  overflow: overflowPolicySchema,
  /** Unix time, milliseconds. */
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** Everything as text or as data, or the figures alone as a table. */
export const exportFormatSchema = z.enum(['markdown', 'json', 'csv']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** A row of the conversation list. */
export const conversationSummarySchema = conversationSchema.pick({
  id: true,
  title: true,
  createdAt: true,
  updatedAt: true,
});
export type ConversationSummary = z.infer<typeof conversationSummarySchema>;

export const messageSchema = z.object({
  id: messageIdSchema,
  conversationId: conversationIdSchema,
  /** The message that this one follows; null for the first. Branches share a parent. */
  parentId: messageIdSchema.nullable(),
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  /** What the model thought before it answered, where the model marks that. */
  reasoning: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  /** Set when the status is `failed`; the text holds what was generated until then. */
  error: appErrorSchema.nullable(),
  /** Figures of the turn that generated this answer. */
  figures: turnFiguresSchema.nullable(),
  /** The model that answered; null for the user's messages. */
  modelName: z.string().nullable(),
  createdAt: z.int(),
});
export type Message = z.infer<typeof messageSchema>;

export const segmentSchema = z.enum(['answer', 'reasoning']);
export type Segment = z.infer<typeof segmentSchema>;
