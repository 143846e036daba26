import { endedEarly } from '#shared/chat/continuable.ts';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import {
  lastShownEnd,
  type MessageTree,
  shownPath,
  withoutTurn,
} from '#shared/chat/message-tree.ts';
import type { TurnRequest } from '#shared/contract/engine-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { ConversationService } from '../conversations/conversation-service.ts';
import type { LoadedModel } from '../model/model-service.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import type { ConversationView } from './conversation-view.ts';
import type { Followers } from './followers.ts';
import { newAnswer, newQuestion, resumedAnswer } from './new-message.ts';
import { overflowFor, promptMessages, toPrompt } from './prompt.ts';
import { titleFrom } from './title.ts';
import type { Turns } from './turns.ts';

/**
 * What a user can do in a conversation. What needs the model waits for it, and resolves when what it
 * adds is on the disk; the answer then goes to the followers. Whatever is refused is refused before
 * anything is saved.
 *
 * Each throws AppError `not-found`, `not-allowed`, `storage-failed`, `busy` while an answer runs or a
 * message waits; what needs the model also `no-model`, `engine-unavailable`, and `cancelled` when it
 * was stopped while it waited.
 */
export interface Moves {
  send(conversationId: string, text: string): Promise<AskedTurn>;
  /** Another version of a user's message, and an answer to it. */
  edit(conversationId: string, messageId: string, text: string): Promise<AskedTurn>;
  /** Another answer to the same question. */
  regenerate(conversationId: string, messageId: string): Promise<{ answerId: string }>;
  /** Goes on with the last answer, one that ended early. */
  continueAnswer(conversationId: string, messageId: string): Promise<void>;
  /** Deletes a user's message and its answers; what follows them then follows what came before. */
  deleteTurn(conversationId: string, messageId: string): void;
  /** Shows the branch through this message, as far as it was last shown. */
  selectBranch(conversationId: string, messageId: string): void;
}

export interface AskedTurn {
  readonly userMessageId: string;
  readonly answerId: string;
}

export interface MovesOptions {
  readonly store: ConversationStore;
  readonly conversations: ConversationService;
  readonly followers: Followers;
  readonly turns: Turns;
  readonly view: ConversationView;
}

export function createMoves(options: MovesOptions): Moves {
  const { store, conversations, followers, turns, view } = options;

  /** @throws AppError `not-found`, `busy` */
  function idleTree(conversationId: string): MessageTree {
    conversations.get(conversationId);
    turns.refuseWhileBusy(conversationId);
    return view.tree(conversationId);
  }

  function tellWhole(conversationId: string): void {
    followers.publish(conversationId, view.snapshot(conversationId));
  }

  // From `ask` or `resume` to their end nothing waits: what is stored and the turn begin together.

  /** @param question stored already when it is to be answered once more */
  function ask(model: LoadedModel, question: Message): Message {
    const { conversation: before, titleChosen } = conversations.get(question.conversationId);
    const { messages } = view.tree(before.id);
    const answer = newAnswer(question, model.report.planned.model.name);
    const named = titleChosen || messages.length > 0;
    const conversation: Conversation = {
      ...before,
      title: named ? before.title : titleFrom(question.text),
      updatedAt: answer.createdAt,
    };
    const isStored = messages.some(({ id }) => id === question.id);
    store.append(conversation, ...(isStored ? [answer] : [question, answer]));
    conversations.announce(conversation);
    start(model, conversation, answer, {
      messages: promptMessages(messages, question),
      overflow: overflowFor(conversation.overflow, messages, question),
      continues: false,
    });
    return answer;
  }

  function resume(model: LoadedModel, earlier: Message): void {
    const conversation: Conversation = {
      ...conversations.get(earlier.conversationId).conversation,
      updatedAt: Date.now(),
    };
    const { messages } = view.tree(conversation.id);
    const question = find(messages, earlier.parentId);
    const answer = resumedAnswer(earlier);
    store.resume(conversation, answer);
    conversations.announce(conversation);
    followers.publish(conversation.id, { type: 'message', message: answer });
    start(model, conversation, answer, {
      messages: [...promptMessages(messages, question), toPrompt(answer)],
      overflow: overflowFor(conversation.overflow, messages, question),
      continues: true,
    });
  }

  function start(
    { session, isBuiltIn }: LoadedModel,
    { id, systemPrompt, sampling }: Conversation,
    answer: Message,
    prompt: Pick<TurnRequest, 'messages' | 'continues' | 'overflow'>,
  ): void {
    turns.start({
      session,
      answer,
      store,
      request: {
        conversationId: id,
        answerId: answer.id,
        systemPrompt,
        ...prompt,
        sampling,
        // It recites: an improbable opening means that it may have taken the question for another one.
        // What is improbable in a larger model says nothing of the kind.
        measuresOpening: isBuiltIn && !prompt.continues,
      },
      publish: event => followers.publish(id, event),
    });
  }

  return {
    async send(conversationId, text) {
      conversations.get(conversationId);
      return await turns.withModel(conversationId, model => {
        const parent = view.transcript(conversationId).at(-1)?.id ?? null;
        const question = newQuestion(conversationId, parent, text);
        const answer = ask(model, question);
        followers.publish(conversationId, { type: 'message', message: question });
        followers.publish(conversationId, { type: 'message', message: answer });
        return { userMessageId: question.id, answerId: answer.id };
      });
    },

    async edit(conversationId, messageId, text) {
      const { role, parentId } = find(idleTree(conversationId).messages, messageId);
      if (role !== 'user') throw new AppError('not-allowed', 'Answers cannot be edited.');
      return await turns.withModel(conversationId, model => {
        const question = newQuestion(conversationId, parentId, text);
        const answer = ask(model, question);
        tellWhole(conversationId);
        return { userMessageId: question.id, answerId: answer.id };
      });
    },

    async regenerate(conversationId, messageId) {
      const { messages } = idleTree(conversationId);
      const { role, parentId } = find(messages, messageId);
      if (role !== 'assistant') {
        throw new AppError('not-allowed', 'Only an answer can be generated again.');
      }
      const stored = find(messages, parentId);
      return await turns.withModel(conversationId, model => {
        const answer = ask(model, stored);
        tellWhole(conversationId);
        return { answerId: answer.id };
      });
    },

    async continueAnswer(conversationId, messageId) {
      const tree = idleTree(conversationId);
      const answer = find(tree.messages, messageId);
      const isLast = shownPath(tree).at(-1)?.id === messageId;
      if (!isLast || !endedEarly(answer)) throw nothingToContinue(isLast);
      await turns.withModel(conversationId, model => resume(model, answer));
    },

    deleteTurn(conversationId, messageId) {
      const tree = idleTree(conversationId);
      const question = find(tree.messages, messageId);
      if (question.role !== 'user') {
        throw new AppError('not-allowed', 'An answer is deleted together with its question.');
      }
      const shown = shownPath(tree);
      const isShown = shown.includes(question);
      const end = isShown
        ? lastShownEnd(withoutTurn(tree, question), question.parentId)
        : (shown.at(-1)?.id ?? null);
      store.deleteTurn(question, end);
      tellWhole(conversationId);
    },

    selectBranch(conversationId, messageId) {
      const tree = idleTree(conversationId);
      const { id } = find(tree.messages, messageId);
      store.show(conversationId, lastShownEnd(tree, id) ?? id);
      tellWhole(conversationId);
    },
  };
}

/** @throws AppError `not-found` */
function find(messages: readonly Message[], messageId: string | null): Message {
  const found = messages.find(({ id }) => id === messageId);
  if (found === undefined) throw messageGone();
  return found;
}

function messageGone(): AppError {
  return new AppError('not-found', 'This message does not exist any more.');
}

function nothingToContinue(isLast: boolean): AppError {
  return isLast
    ? new AppError('not-allowed', 'This answer ended by itself: there is nothing to continue.')
    : new AppError('not-allowed', 'Only the last answer of a conversation can be continued.');
}
