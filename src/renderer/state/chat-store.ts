import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Conversation, Message, Segment } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { TurnProgress, TurnStall } from '#shared/chat/turn-progress.ts';
import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import type { AppClient, Connection } from '../connection/connection.ts';
import {
  appendToMessage,
  createMessageStore,
  type MessageStore,
  replaceMessage,
} from './message-store.ts';

/** An answer that has come to its end, with its figures. */
export interface FinishedTurn {
  readonly messageId: string;
  readonly figures: TurnFigures;
}

export interface ChatState {
  /** Null: a conversation that does not exist yet; the first message creates it. */
  readonly conversationId: string | null;
  /** Null until the snapshot of an existing conversation has come. */
  readonly conversation: Conversation | null;
  /** Of the branch that is shown. */
  readonly messages: readonly MessageStore[];
  /** Of messages that have several versions, by id: all of them, oldest first. */
  readonly branches: Readonly<Record<string, readonly string[]>>;
  readonly turns: readonly FinishedTurn[];
  /** The answer that is being generated, and how far it is. */
  readonly running: {
    readonly messageId: string;
    readonly progress: TurnProgress | null;
    /** When it made its last progress, on this page's clock; null while it moves on. */
    readonly quietSinceMs: number | null;
  } | null;
  /** Why the conversation cannot be shown. */
  readonly error: AppErrorData | null;
}

/** The conversation on the screen, kept current by `chat.follow`. */
export interface Chat {
  readonly store: StoreApi<ChatState>;
  open(conversationId: string | null): void;
}

type Snapshot = Extract<FollowEvent, { type: 'snapshot' }>;

const emptyChat: ChatState = {
  conversationId: null,
  conversation: null,
  messages: [],
  branches: {},
  turns: [],
  running: null,
  error: null,
};

/**
 * @param onFrame runs its argument with the next frame; deltas that come in between are one update
 */
export function createChat(connection: Connection, onFrame: (run: () => void) => void): Chat {
  const store = createStore<ChatState>(() => emptyChat);
  let client: AppClient | null = null;
  let following: AbortController | null = null;
  let byId = new Map<string, MessageStore>();
  let pending: { messageId: string; segment: Segment; text: string }[] = [];
  let pendingProgress: { messageId: string; progress: TurnProgress } | null = null;
  let frameAsked = false;

  connection.onOpen(next => {
    client = next;
    follow();
  });

  function open(conversationId: string | null) {
    if (conversationId === store.getState().conversationId) return;
    following?.abort();
    byId = new Map();
    pending = [];
    pendingProgress = null;
    store.setState({ ...emptyChat, conversationId }, true);
    follow();
  }

  function follow() {
    const { conversationId } = store.getState();
    if (client === null || conversationId === null) return;
    following?.abort();
    const mine = new AbortController();
    following = mine;
    client
      .stream(
        'chat.follow',
        { conversationId },
        {
          signal: mine.signal,
          onItem: event => {
            // A late packet of a conversation that was left must not land in the next one.
            if (following === mine) receive(event);
          },
        },
      )
      .catch(thrown => {
        const error = toErrorData(thrown);
        // A lost connection has its own banner, and following resumes by itself.
        if (following !== mine || mine.signal.aborted || error.code === 'connection-lost') return;
        store.setState({ error });
      });
  }

  function receive(event: FollowEvent) {
    switch (event.type) {
      case 'delta':
        pending.push(event);
        askFrame();
        break;
      case 'progress':
        pendingProgress = event;
        askFrame();
        break;
      case 'stall':
        store.setState(({ running }) => ({
          running:
            running?.messageId === event.messageId
              ? { ...running, quietSinceMs: quietSince(event.stall) }
              : running,
        }));
        break;
      case 'message':
        flush();
        receiveMessage(event.message);
        break;
      case 'snapshot':
        pending = [];
        pendingProgress = null;
        receiveSnapshot(event);
        break;
      case 'conversation':
        store.setState({ conversation: event.conversation });
        break;
      case 'deleted':
        open(null);
        break;
    }
  }

  function receiveSnapshot({ conversation, messages, branches, progress, stall }: Snapshot) {
    byId = new Map(messages.map(message => [message.id, storeOf(message)]));
    const running = messages.find(message => message.status === 'running');
    store.setState({
      conversation,
      messages: [...byId.values()],
      branches,
      turns: messages.flatMap(turnOf),
      running:
        running === undefined
          ? null
          : { messageId: running.id, progress, quietSinceMs: quietSince(stall) },
      error: null,
    });
  }

  /** The store that shows this message already, brought up to date, or a new one. */
  function storeOf(message: Message): MessageStore {
    const known = byId.get(message.id);
    if (known === undefined) return createMessageStore(message);
    replaceMessage(known, message);
    return known;
  }

  function receiveMessage(message: Message) {
    const isNew = !byId.has(message.id);
    const messageStore = storeOf(message);
    byId.set(message.id, messageStore);
    store.setState(state => ({
      messages: isNew ? [...state.messages, messageStore] : state.messages,
      turns: [...state.turns.filter(turn => turn.messageId !== message.id), ...turnOf(message)],
      running: runningAfter(state.running, message),
    }));
  }

  function askFrame() {
    if (frameAsked) return;
    frameAsked = true;
    onFrame(() => {
      frameAsked = false;
      flush();
    });
  }

  function flush() {
    const deltas = pending;
    pending = [];
    for (const { messageId, segment, text } of joined(deltas)) {
      const messageStore = byId.get(messageId);
      if (messageStore !== undefined) appendToMessage(messageStore, segment, text);
    }
    const progress = pendingProgress;
    pendingProgress = null;
    if (progress !== null && byId.has(progress.messageId)) {
      store.setState(({ running }) => ({ running: withProgress(running, progress) }));
    }
  }

  return { store, open };
}

function turnOf(message: Message): FinishedTurn[] {
  return message.figures === null ? [] : [{ messageId: message.id, figures: message.figures }];
}

type Running = ChatState['running'];

function runningAfter(running: Running, message: Message): Running {
  if (message.status === 'running') {
    return running?.messageId === message.id
      ? running
      : { messageId: message.id, progress: null, quietSinceMs: null };
  }
  return running?.messageId === message.id ? null : running;
}

function withProgress(
  running: Running,
  { messageId, progress }: { messageId: string; progress: TurnProgress },
): Running {
  const quietSinceMs = running?.messageId === messageId ? running.quietSinceMs : null;
  return { messageId, progress, quietSinceMs };
}

function quietSince(stall: TurnStall | null): number | null {
  return stall === null ? null : performance.now() - stall.quietMs;
}

/** Neighbours of the same segment become one append. */
function joined(deltas: readonly { messageId: string; segment: Segment; text: string }[]) {
  const result: { messageId: string; segment: Segment; text: string }[] = [];
  for (const delta of deltas) {
    const last = result.at(-1);
    if (
      last !== undefined &&
      last.messageId === delta.messageId &&
      last.segment === delta.segment
    ) {
      last.text += delta.text;
    } else {
      result.push({ ...delta });
    }
  }
  return result;
}
