import type { Message } from '#shared/chat/conversation.ts';
import type { TurnProgress, TurnStall } from '#shared/chat/turn-progress.ts';
import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';
import { conversationGone } from '../conversations/conversation-service.ts';
import type { LoadedModel, ModelService } from '../model/model-service.ts';
import type { ProgressWatchdog } from './progress-watchdog.ts';
import { RunningTurn, type RunningTurnOptions } from './running-turn.ts';

/** How long a message waits for a model that is being loaded, or an engine that starts again. */
const modelDeadlineMs = 120_000;

/** What is answered, or waits for the model to be: in each conversation one at a time. */
export interface Turns {
  /** @throws AppError `busy` while an answer runs here, or a message waits for the model */
  refuseWhileBusy(conversationId: string): void;
  /**
   * Waits for the model, then begins what needs it in the same moment: nothing else happens in this
   * conversation meanwhile.
   *
   * @throws AppError `busy`, `no-model`, `engine-unavailable`; `cancelled` when it was stopped while it
   * waited; what `begin` throws
   */
  withModel<R>(conversationId: string, begin: (model: LoadedModel) => R): Promise<R>;
  /** Has the engine write an answer whose row is stored. */
  start(options: Omit<RunningTurnOptions, 'watchdog'>): void;
  /** The answer as it is now, until the engine is done with it. */
  answer(conversationId: string): Message | undefined;
  /** Of the running answer; null when there is none. */
  progress(conversationId: string): TurnProgress | null;
  /** Of the running answer; null when there is none, or it moves on. */
  stall(conversationId: string): TurnStall | null;
  /** Ends the running answer, or the wait of a message for the model; without either: nothing. */
  stop(conversationId: string): Promise<void>;
  /** Ends what runs or waits in a conversation that has been deleted. */
  discard(conversationId: string): void;
  isAnswering(): boolean;
  /** Ends every running answer with this reason, keeping what there is of them, and every wait. */
  failAll(error: AppErrorData): void;
}

/** What is done about the cells before and after a turn. */
export interface TurnCells {
  /** Gives the cells to a chat, and lets nothing else have them before `begin` has begun its turn. */
  give<R>(conversationId: string, begin: () => Promise<R>): Promise<R>;
  turnEnded(conversationId: string): void;
}

export function createTurns(
  model: () => ModelService,
  cells: TurnCells,
  watchdog: ProgressWatchdog,
): Turns {
  /** By conversation, until the engine is done with them. */
  const running = new Map<string, RunningTurn>();
  /** What ends the wait for the model, by the conversation whose message waits. */
  const waiting = new Map<string, AbortController>();

  function refuseWhileBusy(conversationId: string): void {
    if (isRunning(running.get(conversationId))) throw stillAnswering();
    if (waiting.has(conversationId)) throw stillWaiting();
  }

  return {
    refuseWhileBusy,

    async withModel(conversationId, begin) {
      refuseWhileBusy(conversationId);
      const wait = new AbortController();
      waiting.set(conversationId, wait);
      try {
        await model().loaded(modelDeadlineMs, wait.signal);
        const begun = cells.give(conversationId, async () => {
          // The model may have been taken away meanwhile.
          const loaded = await model().loaded(modelDeadlineMs, wait.signal);
          // The stop may have come between the model and this line.
          wait.signal.throwIfAborted();
          return begin(loaded);
        });
        // An engine that is stuck must not keep the wait from being stopped.
        return await Promise.race([begun, whenAborted(wait.signal)]);
      } finally {
        waiting.delete(conversationId);
      }
    },

    start(options) {
      const { conversationId } = options.request;
      const turn = new RunningTurn({ ...options, watchdog });
      running.set(conversationId, turn);
      void turn.released.then(() => {
        // The next turn may have begun already.
        if (running.get(conversationId) === turn) running.delete(conversationId);
        cells.turnEnded(conversationId);
      });
    },

    answer: conversationId => running.get(conversationId)?.message(),
    progress: conversationId => running.get(conversationId)?.progress() ?? null,
    stall: conversationId => running.get(conversationId)?.stall() ?? null,

    async stop(conversationId) {
      waiting.get(conversationId)?.abort(stoppedWaiting());
      await running.get(conversationId)?.stop();
    },

    discard(conversationId) {
      waiting.get(conversationId)?.abort(conversationGone());
      running.get(conversationId)?.discard();
    },

    isAnswering: () => running.values().some(isRunning),

    failAll(error) {
      for (const wait of waiting.values()) wait.abort(AppError.fromData(error));
      for (const turn of running.values()) turn.abandon(error);
    },
  };
}

/** Rejects with the signal's reason. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

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
