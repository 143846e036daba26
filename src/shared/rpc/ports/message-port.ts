import type { Port } from '../port.ts';
import { createListenerPort } from './listener-port.ts';

/** A DOM (or Node worker) `MessagePort`: what the page holds. */
interface DomMessagePort {
  postMessage(message: unknown): void;
  close(): void;
  start(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
}

/** Electron's `MessagePortMain` and a utility process's two ends: emitters instead of event targets. */
interface EmitterMessagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start?(): void;
  close?(): void;
}

export function createDomMessagePort(messagePort: DomMessagePort): Port {
  const { port, receive, closed } = createListenerPort({
    send: message => messagePort.postMessage(message),
    close: () => messagePort.close(),
  });
  messagePort.addEventListener('message', event => receive(event.data));
  messagePort.addEventListener('close', closed);
  messagePort.start();
  return port;
}

export function createEmitterMessagePort(messagePort: EmitterMessagePort): Port {
  const { port, receive, closed } = createListenerPort({
    send: message => messagePort.postMessage(message),
    close: () => messagePort.close?.(),
  });
  messagePort.on('message', event => receive(event.data));
  messagePort.on('close', closed);
  messagePort.start?.();
  return port;
}
