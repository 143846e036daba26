// Loaded with `node --import` into the process that plays a utility process.
import { EventEmitter } from 'node:events';

const send = process.send?.bind(process);
if (send === undefined) throw new Error('A utility process is forked with a channel.');

class ParentPort extends EventEmitter {
  readonly #early: unknown[] = [];

  constructor() {
    super();
    // Messages wait for the program to listen, as on a port that was not started.
    this.on('newListener', event => {
      if (event !== 'message' || this.listenerCount('message') > 0) return;
      setImmediate(() => {
        for (const data of this.#early.splice(0)) this.receive(data);
      });
    });
  }

  receive(data: unknown): void {
    if (this.listenerCount('message') === 0 || this.#early.length > 0) this.#early.push(data);
    else this.emit('message', { data, ports: [] });
  }

  postMessage(message: unknown): void {
    send?.(message);
  }
}

const port = new ParentPort();
process.on('message', data => port.receive(data));
// A utility process does not outlive its app.
process.on('disconnect', () => process.exit(0));
Object.defineProperty(process, 'parentPort', { value: port });
Object.defineProperty(process, 'send', { value: undefined });
// Neither flag nor channel of the harness is for the program's own children.
process.execArgv.splice(0);
