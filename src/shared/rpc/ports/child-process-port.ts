import type { Port } from '../port.ts';
import { createListenerPort } from './listener-port.ts';

/** What `ChildProcess` (in the parent) and `process` (in the child) have in common. */
interface ProcessLike {
  readonly connected?: boolean;
  send?(message: unknown, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect' | 'exit', listener: () => void): unknown;
  disconnect?(): void;
}

/** Either end of a forked process's channel. It closes when the other process ends, however it does. */
export function createChildProcessPort(peer: ProcessLike): Port {
  const { port, receive, closed } = createListenerPort({
    send(message) {
      // A failed send means that the other side is gone; its exit is reported by itself.
      if (peer.connected === true) peer.send?.(message, () => {});
    },
    close: () => {
      if (peer.connected === true) peer.disconnect?.();
    },
  });
  peer.on('message', receive);
  peer.on('disconnect', closed);
  peer.on('exit', closed);
  return port;
}
