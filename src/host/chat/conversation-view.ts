import type { Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { branchesAlong, type MessageTree, shownPath } from '#shared/chat/message-tree.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { ConversationService } from '../conversations/conversation-service.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import type { Turns } from './turns.ts';

/** A conversation as its viewers see it: what is stored, with the running answer as it is now. */
export interface ConversationView {
  tree(conversationId: string): MessageTree;
  /** The shown branch, oldest first. */
  transcript(conversationId: string): Message[];
  /** @throws AppError `not-found` */
  snapshot(conversationId: string): FollowEvent;
}

export function createConversationView(
  store: ConversationStore,
  conversations: ConversationService,
  turns: Turns,
): ConversationView {
  function tree(conversationId: string): MessageTree {
    const { messages, shownOrder } = store.tree(conversationId);
    const current = turns.answer(conversationId);
    return {
      shownOrder,
      messages: messages.map(message => {
        if (message.id === current?.id) return current;
        return message.status === 'running' ? { ...message, ...endNotKept } : message;
      }),
    };
  }

  return {
    tree,
    transcript: conversationId => shownPath(tree(conversationId)),

    snapshot(conversationId) {
      const { conversation } = conversations.get(conversationId);
      const all = tree(conversationId);
      const messages = shownPath(all);
      return {
        type: 'snapshot',
        conversation,
        messages,
        branches: branchesAlong(all, messages),
        progress: turns.progress(conversationId),
        stall: turns.stall(conversationId),
      };
    },
  };
}

/** Of an answer that has ended while the disk could not take its end. */
const endNotKept = {
  status: 'failed',
  error: new AppError('storage-failed', 'The end of this answer could not be saved.', {
    suggestion: 'Send the message again for a whole answer.',
  }).data,
} as const;
