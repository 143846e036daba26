import { randomUUID } from 'node:crypto';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { ConversationService } from '../conversations/conversation-service.ts';
import type { LoadedModel, ModelService } from '../model/model-service.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import type { Followers } from './followers.ts';
import { promptMessages } from './prompt.ts';
import { RunningTurn } from './running-turn.ts';
import { titleFrom } from './title.ts';

/** How long a message waits for a model that is being loaded, or an engine that starts again. */
const modelDeadlineMs = 120_000;

export interface ChatService {
  /**
   * Resolves when question and (empty) answer are on the disk; the answer then goes to the followers.
   * Whatever is refused is refused before anything is saved, so that the text stays with the sender.
   *
   * @throws AppError `not-found`, `busy`, `no-model`, `engine-unavailable`, `storage-failed`
   */
  send(conversationId: string, text: string): Promise<{ userMessageId: string; answerId: string }>;
  /** Without a running answer: nothing. */
  stop(conversationId: string): Promise<void>;
  /** Ends the running answer of a conversation that is about to be deleted. */
  discard(conversationId: string): void;
  follow(conversationId: string, viewer: StreamContext<FollowEvent>): Promise<null>;
  /** Oldest first, the running answer as it is now. */
  transcript(conversationId: string): Message[];
  isAnswering(): boolean;
  /** Ends every running answer with this reason, keeping what there is of them. */
  failAll(error: AppErrorData): void;
}

export interface ChatServiceOptions {
  readonly store: ConversationStore;
  readonly conversations: ConversationService;
  readonly followers: Followers;
  readonly model: () => ModelService;
}

export function createChatService(options: ChatServiceOptions): ChatService {
  const { store, conversations, followers } = options;
  /** By conversation, until the engine is done with them. */
  const turns = new Map<string, RunningTurn>();
  /** Conversations whose message waits for the model. */
  const waiting = new Set<string>();

  function transcript(conversationId: string): Message[] {
    const messages = store.messages(conversationId);
    const running = turns.get(conversationId)?.message();
    if (running === undefined) return messages;
    return messages.map(message => (message.id === running.id ? running : message));
  }

  async function waitForModel(conversationId: string): Promise<LoadedModel> {
    if (isRunning(turns.get(conversationId)) || waiting.has(conversationId)) {
      throw stillAnswering();
    }
    waiting.add(conversationId);
    try {
      return await options.model().loaded(modelDeadlineMs);
    } finally {
      waiting.delete(conversationId);
    }
  }

  /** From here to the end nothing waits: question, answer and turn come into being together. */
  function begin(conversationId: string, text: string, { session, report }: LoadedModel) {
    const { conversation: before, titleChosen } = conversations.get(conversationId);
    const earlier = store.messages(conversationId);
    const now = Date.now();
    const question: Message = {
      id: randomUUID(),
      conversationId,
      parentId: earlier.at(-1)?.id ?? null,
      role: 'user',
      text,
      reasoning: '',
      status: 'done',
      error: null,
      figures: null,
      modelName: null,
      createdAt: now,
    };
    const answer: Message = {
      ...question,
      id: randomUUID(),
      parentId: question.id,
      role: 'assistant',
      text: '',
      status: 'running',
      modelName: report.planned.model.name,
    };
    const named = titleChosen || earlier.length > 0;
    const conversation: Conversation = {
      ...before,
      title: named ? before.title : titleFrom(text),
      updatedAt: now,
    };
    store.appendTurn(conversation, question, answer);

    conversations.announce(conversation);
    followers.publish(conversationId, { type: 'message', message: question });
    followers.publish(conversationId, { type: 'message', message: answer });
    const turn = new RunningTurn({
      session,
      answer,
      store,
      request: {
        conversationId,
        answerId: answer.id,
        systemPrompt: conversation.systemPrompt,
        messages: promptMessages(earlier, question),
        sampling: conversation.sampling,
      },
      publish: event => followers.publish(conversationId, event),
    });
    turns.set(conversationId, turn);
    void turn.released.then(() => {
      // The next turn may have begun already.
      if (turns.get(conversationId) === turn) turns.delete(conversationId);
    });
    return { userMessageId: question.id, answerId: answer.id };
  }

  return {
    transcript,

    async send(conversationId, text) {
      conversations.get(conversationId);
      return begin(conversationId, text, await waitForModel(conversationId));
    },

    async stop(conversationId) {
      await turns.get(conversationId)?.stop();
    },

    discard: conversationId => turns.get(conversationId)?.discard(),

    async follow(conversationId, viewer) {
      const snapshot: FollowEvent = {
        type: 'snapshot',
        conversation: conversations.get(conversationId).conversation,
        messages: transcript(conversationId),
        progress: turns.get(conversationId)?.progress() ?? null,
      };
      return await followers.follow(conversationId, snapshot, viewer);
    },

    isAnswering: () => turns.values().some(isRunning),

    failAll(error) {
      for (const turn of turns.values()) turn.fail(error);
    },
  };
}

function isRunning(turn: RunningTurn | undefined): boolean {
  return turn !== undefined && turn.progress() !== null;
}

function stillAnswering(): AppError {
  return new AppError('busy', 'The answer to the last message is still being written.', {
    suggestion: 'Stop it, or wait for its end.',
  });
}
