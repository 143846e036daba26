import { randomUUID } from 'node:crypto';
import type { Message } from '#shared/chat/conversation.ts';

/** @param parentId the message that it follows; null for the first of a conversation */
export function newQuestion(
  conversationId: string,
  parentId: string | null,
  text: string,
): Message {
  return {
    id: randomUUID(),
    conversationId,
    parentId,
    role: 'user',
    text,
    reasoning: '',
    status: 'done',
    error: null,
    figures: null,
    modelName: null,
    createdAt: Date.now(),
  };
}

/** Still empty, about to be written. */
export function newAnswer(question: Message, modelName: string | null): Message {
  return {
    ...question,
    id: randomUUID(),
    parentId: question.id,
    role: 'assistant',
    text: '',
    status: 'running',
    modelName,
    createdAt: Date.now(),
  };
}

/** An answer that ended early, about to be continued: its text stays, how it ended no longer holds. */
export function resumedAnswer(answer: Message): Message {
  return { ...answer, status: 'running', error: null, figures: null };
}
