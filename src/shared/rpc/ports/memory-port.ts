import type { Port } from '../port.ts';
import { createListenerPort } from './listener-port.ts';

/**
 * Two ends of a pipe within one process. Messages are copied and delivered later, as over a real
 * boundary, so that nobody comes to rely on shared objects or on synchronous answers.
 */
export function createMemoryPorts(): [Port, Port] {
  const left = createListenerPort({
    send: message => deliver(() => right, message),
    close: () => queueMicrotask(() => right.closed()),
  });
  const right: ReturnType<typeof createListenerPort> = createListenerPort({
    send: message => deliver(() => left, message),
    close: () => queueMicrotask(() => left.closed()),
  });
  return [left.port, right.port];
}

function deliver(to: () => { receive(message: unknown): void }, message: unknown): void {
  const copy: unknown = structuredClone(message);
  queueMicrotask(() => to().receive(copy));
}
