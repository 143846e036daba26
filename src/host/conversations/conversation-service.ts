import { randomUUID } from 'node:crypto';
import type { Conversation, ConversationSummary } from '#shared/chat/conversation.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { ParsedInputOf } from '#shared/rpc/contract.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import type { Followers } from '../chat/followers.ts';
import { emptyTitle } from '../chat/title.ts';
import type { SettingsService } from '../settings/settings-service.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import type { StoredConversation } from '../store/rows.ts';

type ConversationUpdate = ParsedInputOf<AppContract['conversations.update']>;

export interface ConversationService {
  /** Goes up whenever the list has changed. */
  readonly revision: Signal<number>;
  list(query: string): ConversationSummary[];
  /** @throws AppError `not-found` */
  get(conversationId: string): StoredConversation;
  /** With the system prompt and the sampling that the settings hold for new ones. */
  create(): Conversation;
  /** Its place in the list stays: that is for the last message to decide. */
  update(update: ConversationUpdate): Conversation;
  delete(conversationId: string): void;
  /** Tells list and viewers of a conversation that was stored with something new. */
  announce(conversation: Conversation): void;
}

export function createConversationService(
  store: ConversationStore,
  followers: Followers,
  settings: SettingsService,
): ConversationService {
  const revision = createSignal(0);
  const listChanged = () => revision.set(revision.get() + 1);

  function get(conversationId: string): StoredConversation {
    const found = store.find(conversationId);
    if (found !== null) return found;
    throw conversationGone();
  }

  function announce(conversation: Conversation): void {
    followers.publish(conversation.id, { type: 'conversation', conversation });
    listChanged();
  }

  return {
    revision,
    get,
    announce,
    list: query => store.list(query),

    create() {
      const { systemPrompt, sampling, overflow } = settings.current.get();
      const now = Date.now();
      const conversation: Conversation = {
        id: randomUUID(),
        title: emptyTitle,
        systemPrompt,
        sampling,
        overflow,
        createdAt: now,
        updatedAt: now,
      };
      store.insert(conversation);
      listChanged();
      return conversation;
    },

    update({ conversationId, title, systemPrompt, sampling, overflow }) {
      const { conversation: before, titleChosen } = get(conversationId);
      const conversation: Conversation = {
        ...before,
        title: title ?? before.title,
        systemPrompt: systemPrompt ?? before.systemPrompt,
        sampling: sampling ?? before.sampling,
        overflow: overflow ?? before.overflow,
      };
      store.update(conversation, titleChosen || title !== undefined);
      announce(conversation);
      return conversation;
    },

    delete(conversationId) {
      get(conversationId);
      store.delete(conversationId);
      followers.publish(conversationId, { type: 'deleted' });
      listChanged();
    },
  };
}

export function conversationGone(): AppError {
  return new AppError('not-found', 'This conversation does not exist any more.', {
    suggestion: 'Choose another one from the list, or start a new one.',
  });
}
