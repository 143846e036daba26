import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';

/** Everybody who looks at a conversation, in whatever window, and what they are told. */
export interface Followers {
  /** Conversations that somebody looks at, the one that was opened last at the end. */
  readonly open: Signal<readonly string[]>;
  /**
   * Sends the snapshot, then every event published from this call on. Ends when the viewer leaves
   * or the conversation is deleted.
   */
  follow(
    conversationId: string,
    snapshot: FollowEvent,
    viewer: StreamContext<FollowEvent>,
  ): Promise<null>;
  /** Never waits: for a viewer that is behind, events are kept and text is merged. */
  publish(conversationId: string, event: FollowEvent): void;
}

interface Viewer {
  push(event: FollowEvent): void;
}

export function createFollowers(): Followers {
  const viewers = new Map<string, Set<Viewer>>();
  const open = createSignal<readonly string[]>([]);

  return {
    open,
    follow(conversationId, snapshot, context) {
      const ended = Promise.withResolvers<null>();
      const viewer = createViewer(context, () => ended.resolve(null));
      const others = viewers.get(conversationId) ?? new Set();
      viewers.delete(conversationId);
      viewers.set(conversationId, others.add(viewer));
      open.set([...viewers.keys()]);
      context.signal.addEventListener('abort', () => ended.resolve(null), { once: true });
      viewer.push(snapshot);
      return ended.promise.finally(() => {
        others.delete(viewer);
        if (others.size === 0 && viewers.get(conversationId) === others) {
          viewers.delete(conversationId);
          open.set([...viewers.keys()]);
        }
      });
    },

    publish(conversationId, event) {
      for (const viewer of viewers.get(conversationId) ?? []) viewer.push(event);
    },
  };
}

/** @param onDeleted the viewer has been sent the last event there will be */
function createViewer(context: StreamContext<FollowEvent>, onDeleted: () => void): Viewer {
  const waiting: FollowEvent[] = [];
  let behind = false;

  function send(event: FollowEvent): void {
    const room = context.emit(event);
    if (event.type === 'deleted') onDeleted();
    if (room === undefined) return;
    behind = true;
    void room.then(catchUp);
  }

  function catchUp(): void {
    behind = false;
    while (!behind) {
      const next = waiting.shift();
      if (next === undefined) return;
      send(next);
    }
  }

  return {
    push(event) {
      if (context.signal.aborted) return;
      if (behind) keep(waiting, event);
      else send(event);
    },
  };
}

/** Appends, or melts into the last waiting event: text into text, progress over progress. */
export function keep(waiting: FollowEvent[], event: FollowEvent): void {
  const last = waiting.at(-1);
  if (
    last?.type === 'delta' &&
    event.type === 'delta' &&
    last.messageId === event.messageId &&
    last.segment === event.segment
  ) {
    waiting[waiting.length - 1] = { ...last, text: last.text + event.text };
  } else if (
    last?.type === 'progress' &&
    event.type === 'progress' &&
    last.messageId === event.messageId
  ) {
    waiting[waiting.length - 1] = event;
  } else {
    waiting.push(event);
  }
}
