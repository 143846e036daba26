import { EventEmitter } from 'node:events';

/** Whatever holds the other end of a port: its twin in this process, or a page. */
export interface FarEnd {
  receive(message: unknown): void;
  closed(): void;
}

/** `MessagePortMain`: an emitter that copies what is sent and holds it back until `start`. */
export class MessagePortMain extends EventEmitter implements FarEnd {
  #far: FarEnd | undefined;
  #state: 'waiting' | 'started' | 'closed' | 'transferred' = 'waiting';
  readonly #queue: unknown[] = [];

  entangle(far: FarEnd): void {
    this.#far = far;
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new Error('The harness carries no ports over ports.');
    if (this.#state === 'transferred') throw new Error('Message port has been transferred.');
    if (this.#state === 'closed') return;
    const copy = cloneOrThrow(message);
    const far = this.#far;
    setImmediate(() => far?.receive(copy));
  }

  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'started';
    for (const message of this.#queue.splice(0)) this.#emitMessage(message);
  }

  close(): void {
    if (this.#state === 'closed' || this.#state === 'transferred') return;
    this.#state = 'closed';
    const far = this.#far;
    setImmediate(() => far?.closed());
  }

  receive(message: unknown): void {
    if (this.#state === 'waiting') this.#queue.push(message);
    else if (this.#state === 'started') this.#emitMessage(message);
  }

  closed(): void {
    if (this.#state === 'closed' || this.#state === 'transferred') return;
    this.#state = 'closed';
    this.emit('close');
  }

  /** Hands this end to a page: the twin now talks to `successor`, which gets what had queued up. */
  transferTo(successor: FarEnd): FarEnd {
    const far = this.#far;
    if (this.#state !== 'waiting' || !(far instanceof MessagePortMain)) {
      throw new Error('Only a port that nobody has started can be transferred.');
    }
    this.#state = 'transferred';
    far.entangle(successor);
    for (const message of this.#queue.splice(0)) successor.receive(message);
    return far;
  }

  #emitMessage(data: unknown): void {
    this.emit('message', { data, ports: [] });
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain();
  readonly port2 = new MessagePortMain();

  constructor() {
    this.port1.entangle(this.port2);
    this.port2.entangle(this.port1);
  }
}

/** Electron's own words for what structured clone refuses. */
export function cloneOrThrow(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    throw new Error('An object could not be cloned.');
  }
}
