import { z } from 'zod';
import {
  type Conversation,
  conversationSchema,
  type Message,
  messageSchema,
} from '#shared/chat/conversation.ts';
import type { MessageTree } from '#shared/chat/message-tree.ts';
import { overflowPolicySchema } from '#shared/chat/overflow.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import { appErrorSchema } from '#shared/errors/app-error.ts';
import { turnFiguresSchema } from '#shared/metrics/turn-figures.ts';

/** JSON text in a column; what cannot be read is `undefined`, which no schema accepts. */
export const jsonColumn = z
  .string()
  .nullable()
  .transform((text): unknown => {
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  });

const conversationRow = z.object({
  id: z.string(),
  title: z.string(),
  title_chosen: z.int(),
  system_prompt: z.string(),
  // A damaged column costs its own content, not the conversation.
  sampling: jsonColumn.pipe(samplingSchema.catch(samplingSchema.parse({}))),
  overflow: overflowPolicySchema.catch('stop'),
  created_at: z.int(),
  updated_at: z.int(),
});

const messageRow = z.object({
  id: z.string(),
  conversation_id: z.string(),
  parent_id: z.string().nullable(),
  role: z.string(),
  text: z.string(),
  reasoning: z.string(),
  status: z.string(),
  error: jsonColumn.pipe(
    appErrorSchema.nullable().catch({
      code: 'storage-failed',
      message: 'This answer failed. Why it did could not be read back.',
      suggestion: null,
      details: null,
    }),
  ),
  figures: jsonColumn.pipe(turnFiguresSchema.nullable().catch(null)),
  model_name: z.string().nullable(),
  created_at: z.int(),
});

/** A conversation with what only the store needs to know. */
export interface StoredConversation {
  readonly conversation: Conversation;
  /** Whether the user has named it. */
  readonly titleChosen: boolean;
}

export function readConversation(row: unknown): StoredConversation {
  const read = conversationRow.parse(row);
  return {
    titleChosen: read.title_chosen !== 0,
    conversation: conversationSchema.parse({
      id: read.id,
      title: read.title,
      systemPrompt: read.system_prompt,
      sampling: read.sampling,
      overflow: read.overflow,
      createdAt: read.created_at,
      updatedAt: read.updated_at,
    }),
  };
}

const shownOrderRow = z.object({ id: z.string(), shown_order: z.int() });

export function readTree(rows: readonly unknown[]): MessageTree {
  const order = z.array(shownOrderRow).parse(rows);
  return {
    messages: rows.map(readMessage),
    shownOrder: new Map(order.map(({ id, shown_order }) => [id, shown_order])),
  };
}

function readMessage(row: unknown): Message {
  const read = messageRow.parse(row);
  return messageSchema.parse({
    id: read.id,
    conversationId: read.conversation_id,
    parentId: read.parent_id,
    role: read.role,
    text: read.text,
    reasoning: read.reasoning,
    status: read.status,
    error: read.error,
    figures: read.figures,
    modelName: read.model_name,
    createdAt: read.created_at,
  });
}
