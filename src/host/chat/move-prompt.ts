import { randomUUID } from 'node:crypto';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import {
  lastShownEnd,
  type MessageTree,
  shownPath,
  withoutTurn,
} from '#shared/chat/message-tree.ts';
import type { Move } from '#shared/chat/move.ts';
import type { ForecastRequest } from '#shared/contract/engine-contract.ts';
import { newQuestion } from './new-message.ts';
import { overflowFor, promptMessages, toPrompt } from './prompt.ts';

/** Stands for the next message where a move does not bring one. */
const anyQuestion = '…';

/**
 * The prompt that a move would make; of those that only change what is there, the next turn's. Null for a
 * message that does not exist any more.
 */
export function movePrompt(
  { id, systemPrompt, overflow }: Pick<Conversation, 'id' | 'systemPrompt' | 'overflow'>,
  tree: MessageTree,
  move: Move,
): ForecastRequest | null {
  const common = { conversationId: id, systemPrompt, continues: false };
  const asking = (after: MessageTree, parentId: string | null, text: string) => {
    const question = newQuestion(id, parentId, text);
    return {
      ...common,
      messages: promptMessages(after.messages, question),
      overflow: overflowFor(overflow, after.messages, question),
    };
  };
  switch (move.kind) {
    case 'send':
      return asking(tree, lastShownEnd(tree, null), move.text);
    case 'system-prompt':
      return {
        ...asking(tree, lastShownEnd(tree, null), anyQuestion),
        systemPrompt: move.text,
      };
    case 'select-branch':
      return asking(tree, lastShownEnd(tree, move.messageId), anyQuestion);
    case 'edit': {
      const message = find(tree, move.messageId);
      return message === null ? null : asking(tree, message.parentId, move.text);
    }
    case 'delete-turn': {
      const question = find(tree, move.messageId);
      if (question === null) return null;
      const left = withoutTurn(tree, question);
      const end = shownPath(tree).includes(question)
        ? lastShownEnd(left, question.parentId)
        : lastShownEnd(left, null);
      return asking(left, end, anyQuestion);
    }
    case 'regenerate':
    case 'continue': {
      const answer = find(tree, move.messageId);
      const question = answer === null ? null : find(tree, answer.parentId);
      if (answer === null || question === null) return null;
      const messages = promptMessages(tree.messages, question);
      const prompt = {
        ...common,
        messages,
        overflow: overflowFor(overflow, tree.messages, question),
      };
      return move.kind === 'regenerate'
        ? prompt
        : { ...prompt, messages: [...messages, toPrompt(answer)], continues: true };
    }
  }
}

/** The first prompt of a conversation that does not exist yet. */
export function firstPrompt(systemPrompt: string, text: string): ForecastRequest {
  const conversationId = randomUUID();
  return {
    conversationId,
    systemPrompt,
    messages: [toPrompt(newQuestion(conversationId, null, text))],
    continues: false,
    overflow: { policy: 'stop', omitted: [] },
  };
}

function find({ messages }: MessageTree, messageId: string | null): Message | null {
  return messages.find(({ id }) => id === messageId) ?? null;
}
