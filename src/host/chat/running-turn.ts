import type { Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { TurnProgress, TurnStall } from '#shared/chat/turn-progress.ts';
import type { TurnPacket, TurnRequest } from '#shared/contract/engine-contract.ts';
import { AppError, type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import {
  nextTurnState,
  type TurnEvent,
  type TurnState,
  turnBegun,
} from '#shared/lifecycle/turn-machine.ts';
import { type EngineSession, engineFailure } from '../engine/supervisor.ts';
import type { ConversationStore } from '../store/conversation-store.ts';
import type { ProgressWatchdog } from './progress-watchdog.ts';

/** A growing answer is on the disk at most this long after it was generated. */
const checkpointMs = 500;

export interface RunningTurnOptions {
  readonly session: EngineSession;
  readonly request: TurnRequest;
  /** The answer's row as it was stored: empty, or what there was of it before it was continued. */
  readonly answer: Message;
  readonly store: ConversationStore;
  readonly watchdog: ProgressWatchdog;
  readonly publish: (event: FollowEvent) => void;
}

/** One answer while it is being written: takes the engine's packets, keeps the row, tells viewers. */
export class RunningTurn {
  /** Resolves when the engine is done with it, however it ended; never rejects. */
  readonly released: Promise<void>;
  readonly #options: RunningTurnOptions;
  #state: TurnState = turnBegun;
  #text: string;
  #reasoning: string;
  #checkpointTimer: ReturnType<typeof setTimeout> | undefined;
  #discarded = false;

  constructor(options: RunningTurnOptions) {
    this.#options = options;
    this.#text = options.answer.text;
    this.#reasoning = options.answer.reasoning;
    this.released = this.#run();
  }

  /** The answer as it is now. */
  message(): Message {
    const state = this.#state;
    return {
      ...this.#options.answer,
      text: this.#text,
      reasoning: this.#reasoning,
      status: state.phase,
      figures: state.phase === 'done' ? state.figures : null,
      error: state.phase === 'failed' ? state.error : null,
    };
  }

  /** Null once it has ended. */
  progress(): TurnProgress | null {
    return this.#state.phase === 'running' ? this.#state.progress : null;
  }

  /** Null while it moves on, and once it has ended. */
  stall(): TurnStall | null {
    return this.#state.phase === 'running' ? this.#options.watchdog.stall() : null;
  }

  /** Asks the engine to end it; the end comes the usual way, with its figures. */
  async stop(): Promise<void> {
    if (this.#dispatch({ type: 'stop' })) await this.#stopEngine();
  }

  async #stopEngine(): Promise<void> {
    const { session, answer } = this.#options;
    try {
      await session.client.call('turn.stop', { answerId: answer.id });
    } catch (thrown) {
      // With a dead engine the answer has stopped, too, and says why itself.
      if (toErrorData(thrown).code !== 'connection-lost') throw thrown;
    }
  }

  /** Ends it here and now, keeping what there is; what the engine still says is ignored. */
  fail(error: AppErrorData): void {
    if (this.#dispatch({ type: 'fail', error })) this.#end();
  }

  /** Ends it here and now, and has the engine end it as well. */
  abandon(error: AppErrorData): void {
    this.fail(error);
    void this.#stopEngine().catch(() => {});
  }

  /** Its conversation is being deleted: nothing is kept, nobody is told. */
  discard(): void {
    this.#discarded = true;
    void this.stop().catch(() => {});
    clearTimeout(this.#checkpointTimer);
  }

  async #run(): Promise<void> {
    const { session, request, watchdog } = this.#options;
    // Until the engine is done with it: one that nobody waits for any more still holds up the next.
    using _watch = watchdog.watch(stall => this.#tellStall(stall));
    try {
      const figures = await session.client.stream('turn.run', request, {
        onItem: packet => this.#take(packet),
      });
      if (this.#dispatch({ type: 'finish', figures })) this.#end();
    } catch (thrown) {
      this.fail(await engineFailure(session, thrown));
    }
  }

  #take(packet: TurnPacket): void {
    // That it waits is no progress: the engine says so without getting to it.
    const waits = packet.type === 'progress' && packet.progress.phase === 'queued';
    if (!waits) this.#options.watchdog.progress();
    if (this.#discarded || this.#state.phase !== 'running') return;
    const messageId = this.#options.answer.id;
    if (packet.type === 'progress') {
      this.#dispatch({ type: 'progress', progress: packet.progress });
      this.#options.publish({ type: 'progress', messageId, progress: packet.progress });
      return;
    }
    if (packet.segment === 'answer') this.#text += packet.text;
    else this.#reasoning += packet.text;
    this.#checkpointTimer ??= setTimeout(() => this.#checkpoint(), checkpointMs);
    this.#options.publish({
      type: 'delta',
      messageId,
      segment: packet.segment,
      text: packet.text,
    });
  }

  #tellStall(stall: TurnStall | null): void {
    if (this.#discarded || this.#state.phase !== 'running') return;
    this.#options.publish({ type: 'stall', messageId: this.#options.answer.id, stall });
  }

  #checkpoint(): void {
    this.#checkpointTimer = undefined;
    try {
      this.#options.store.checkpoint(this.message());
    } catch {
      // The end writes it all once more, and reports it if that fails as well.
    }
  }

  #end(): void {
    clearTimeout(this.#checkpointTimer);
    if (this.#discarded) return;
    let message = this.message();
    try {
      this.#options.store.finish(message);
    } catch (thrown) {
      message = { ...message, status: 'failed', error: notKept(toErrorData(thrown)) };
    }
    this.#options.publish({ type: 'message', message });
  }

  /** Whether it changed anything. */
  #dispatch(event: TurnEvent): boolean {
    const before = this.#state;
    this.#state = nextTurnState(before, event);
    return this.#state !== before;
  }
}

function notKept(error: AppErrorData): AppErrorData {
  return new AppError('storage-failed', `This answer could not be saved. ${error.message}`, {
    suggestion: `Copy it if you need it. ${error.suggestion ?? ''}`.trim(),
    ...(error.details === null ? {} : { details: error.details }),
  }).data;
}
