import type { Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { Move } from '#shared/chat/move.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { ConversationService } from '../conversations/conversation-service.ts';
import type { ModelService } from '../model/model-service.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import { createConversationView } from './conversation-view.ts';
import type { Followers } from './followers.ts';
import { firstPrompt, movePrompt } from './move-prompt.ts';
import { createMoves, type Moves } from './moves.ts';
import type { ProgressWatchdog } from './progress-watchdog.ts';
import { createTurns, type TurnCells, type Turns } from './turns.ts';

export interface ChatService
  extends Moves,
    Pick<Turns, 'stop' | 'discard' | 'isAnswering' | 'failAll'> {
  /** @throws AppError `not-found` */
  follow(conversationId: string, viewer: StreamContext<FollowEvent>): Promise<null>;
  /**
   * What a move would have to read, and how long that would take. Changes nothing.
   *
   * @param conversationId null: a conversation that does not exist yet
   * @throws AppError `not-found`, `busy` while any answer is written, `no-model`, `engine-unavailable`, `template-failed`
   */
  forecast(conversationId: string | null, move: Move): Promise<TurnForecast>;
  /** The shown branch, oldest first, the running answer as it is now. */
  transcript(conversationId: string): Message[];
}

export interface ChatServiceOptions {
  readonly store: ConversationStore;
  readonly conversations: ConversationService;
  readonly followers: Followers;
  readonly model: () => ModelService;
  readonly cells: TurnCells;
  readonly watchdog: ProgressWatchdog;
  /** Of new conversations. */
  readonly defaultSystemPrompt: () => string;
}

export function createChatService(options: ChatServiceOptions): ChatService {
  const { store, conversations, followers } = options;
  const turns = createTurns(options.model, options.cells, options.watchdog);
  const view = createConversationView(store, conversations, turns);
  return {
    ...turns,
    ...createMoves({ store, conversations, followers, turns, view }),
    transcript: view.transcript,
    async forecast(conversationId, move) {
      const request =
        conversationId === null
          ? firstPrompt(options.defaultSystemPrompt(), move.kind === 'send' ? move.text : '')
          : movePrompt(
              conversations.get(conversationId).conversation,
              view.tree(conversationId),
              move,
            );
      if (request === null) {
        throw new AppError('not-found', 'This message does not exist any more.');
      }
      return await options.model().forecast(request);
    },
    follow: async (conversationId, viewer) =>
      await followers.follow(conversationId, view.snapshot(conversationId), viewer),
  };
}
