import type { Port } from '../port.ts';
import { createListenerPort } from './listener-port.ts';

/** What the browser's WebSocket and that of the `ws` package have in common. */
interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close' | 'error' | 'open', listener: () => void): void;
}

const connecting = 0;

/** 1003 (RFC 6455) in the range for applications: a page may not close with a protocol's own code. */
const unsupportedData = 4003;

/** JSON text frames; what is not JSON closes the socket. */
export function createWebSocketPort(socket: WebSocketLike): Port {
  const unsent: string[] = [];
  const { port, receive, closed } = createListenerPort({
    send(message) {
      const text = JSON.stringify(message);
      if (socket.readyState === connecting) unsent.push(text);
      else socket.send(text);
    },
    close: () => socket.close(1000),
  });
  socket.addEventListener('open', () => {
    for (const text of unsent.splice(0)) socket.send(text);
  });
  socket.addEventListener('message', event => {
    let message: unknown;
    try {
      if (typeof event.data !== 'string') throw new TypeError('not a text frame');
      message = JSON.parse(event.data);
    } catch {
      socket.close(unsupportedData);
      return;
    }
    receive(message);
  });
  socket.addEventListener('close', closed);
  // An error is always followed by a close; without a listener the `ws` package would throw.
  socket.addEventListener('error', () => {});
  return port;
}
