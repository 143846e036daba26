import type { Port } from '../port.ts';

/** What a transport does once; everything else about a {@link Port} is the same for all of them. */
export interface Transport {
  send(message: unknown): void;
  close(): void;
}

/**
 * The part every port shares: holds back messages until somebody listens, reports the close once,
 * and turns sends after the close into nothing.
 */
export function createListenerPort(transport: Transport): {
  port: Port;
  receive(message: unknown): void;
  closed(): void;
} {
  let listener: ((message: unknown) => void) | undefined;
  let isClosed = false;
  const early: unknown[] = [];
  const closeListeners: (() => void)[] = [];

  const closed = () => {
    if (isClosed) return;
    isClosed = true;
    for (const notify of closeListeners.splice(0)) notify();
  };

  return {
    receive(message) {
      if (isClosed) return;
      if (listener === undefined) early.push(message);
      else listener(message);
    },
    closed,
    port: {
      send(message) {
        if (!isClosed) transport.send(message);
      },
      onMessage(next) {
        listener = next;
        for (const message of early.splice(0)) next(message);
      },
      onClose(notify) {
        if (isClosed) notify();
        else closeListeners.push(notify);
      },
      close() {
        if (isClosed) return;
        transport.close();
        closed();
      },
    },
  };
}
