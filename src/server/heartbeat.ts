import type { WebSocket } from 'ws';
import { messageLimit } from './message-limit.ts';

/** Bytes that may wait for a reader: the longest answer; streams and signals stay far below the rest. */
const unsentLimit = messageLimit + 64 * 1024 * 1024;

const beatMs = 30_000;

/**
 * Ends sockets whose other end is gone without a word or has stopped reading. The browser answers
 * pings by itself, also for a page that is frozen in the background.
 */
export class Heartbeat implements Disposable {
  readonly #answered = new WeakSet<WebSocket>();
  readonly #sockets = new Set<WebSocket>();
  #timer: NodeJS.Timeout | undefined;

  watch(socket: WebSocket): void {
    this.#sockets.add(socket);
    this.#answered.add(socket);
    socket.on('pong', () => this.#answered.add(socket));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this[Symbol.dispose]();
    });
    this.#timer ??= setInterval(() => this.beat(), beatMs).unref();
  }

  /** One round: whoever did not answer the last one is cut off, the others are asked again. */
  beat(): void {
    for (const socket of this.#sockets) {
      if (!this.#answered.has(socket) || socket.bufferedAmount > unsentLimit) {
        socket.terminate();
        continue;
      }
      this.#answered.delete(socket);
      socket.ping();
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
