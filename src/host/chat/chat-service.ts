import { randomUUID } from 'node:crypto';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import {
  type ConversationService,
  conversationGone,
} from '../conversations/conversation-service.ts';
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
   * @throws AppError `not-found`, `busy`, `no-model`, `engine-unavailable`, `storage-failed`;
   * `cancelled` when it was stopped while it waited for the model
   */
  send(conversationId: string, text: string): Promise<{ userMessageId: string; answerId: string }>;
  /** Ends the running answer, or the wait of a message for the model; without either: nothing. */
  stop(conversationId: string): Promise<void>;
  /** Ends what runs or waits in a conversation that has been deleted. */
  discard(conversationId: string): void;
  follow(conversationId: string, viewer: StreamContext<FollowEvent>): Promise<null>;
  /** Oldest first, the running answer as it is now. */
  transcript(conversationId: string): Message[];
  isAnswering(): boolean;
  /** Ends every running answer with this reason, keeping what there is of them, and every wait. */
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
  /** What ends the wait for the model, by the conversation whose message waits. */
  const waiting = new Map<string, AbortController>();

  function transcript(conversationId: string): Message[] {
    const messages = store.messages(conversationId);
    const running = turns.get(conversationId)?.message();
    return messages.map(message => {
      if (message.id === running?.id) return running;
      return message.status === 'running' ? { ...message, ...endNotKept } : message;
    });
  }

  /** From here to the end nothing waits: question, answer and turn come into being together. */
  function begin(
    conversationId: string,
    text: string,
    { session, report, isBuiltIn }: LoadedModel,
  ) {
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
        // It recites: an improbable opening means that it may have taken the question for another one.
        // What is improbable in a larger model says nothing of the kind.
        measuresOpening: isBuiltIn,
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
      if (isRunning(turns.get(conversationId))) throw stillAnswering();
      if (waiting.has(conversationId)) throw stillWaiting();
      const wait = new AbortController();
      waiting.set(conversationId, wait);
      try {
        const model = await options.model().loaded(modelDeadlineMs, wait.signal);
        // The stop may have come between the model and this line.
        wait.signal.throwIfAborted();
        return begin(conversationId, text, model);
      } finally {
        waiting.delete(conversationId);
      }
    },

    async stop(conversationId) {
      waiting.get(conversationId)?.abort(stoppedWaiting());
      await turns.get(conversationId)?.stop();
    },

    discard(conversationId) {
      waiting.get(conversationId)?.abort(conversationGone());
      turns.get(conversationId)?.discard();
    },

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
      for (const wait of waiting.values()) wait.abort(AppError.fromData(error));
      for (const turn of turns.values()) turn.fail(error);
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

function isRunning(turn: RunningTurn | undefined): boolean {
  return turn !== undefined && turn.progress() !== null;
}

function stoppedWaiting(): AppError {
  return new AppError('cancelled', 'The message was not sent: the wait for the model was stopped.');
}

function stillWaiting(): AppError {
  return new AppError('busy', 'The last message still waits for the model.', {
    suggestion: 'Stop it, or wait for its answer.',
  });
}

function stillAnswering(): AppError {
  return new AppError('busy', 'The answer to the last message is still being written.', {
    suggestion: 'Stop it, or wait for its end.',
  });
}
