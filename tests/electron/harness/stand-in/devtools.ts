import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
// The package ships the protocol's types but does not export their path.
import type { Protocol } from '../../../../node_modules/playwright-core/types/protocol.d.ts';

type Commands = Protocol.CommandParameters;
type Results = Protocol.CommandReturnValues;
type Events = Protocol.Events;

const messageSchema = z.object({
  id: z.int().optional(),
  sessionId: z.string().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** One DevTools session: the browser's own, or that of a page. */
export interface DevtoolsSession {
  send<K extends keyof Commands & keyof Results>(
    method: K,
    params?: Commands[K],
  ): Promise<Results[K]>;
  on<K extends keyof Events>(event: K, listener: (params: Events[K]) => void): void;
}

/** The DevTools protocol over Chromium's debugging pipe: messages of JSON, each ended by a null byte. */
export class Devtools {
  readonly #input: Writable;
  readonly #pending = new Map<number, (message: z.infer<typeof messageSchema>) => void>();
  readonly #emitters = new Map<string, EventEmitter>();
  #nextId = 1;
  #rest = '';

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    // Chromium closes its end when it ends; what is then still on the way has nobody to go to.
    input.on('error', () => {});
    output.setEncoding('utf8').on('data', (piece: string) => this.#receive(piece));
  }

  /** The browser's session without an id, a page's with the id from `Target.attachedToTarget`. */
  session(sessionId = ''): DevtoolsSession {
    const emitter = this.#emitter(sessionId);
    return {
      send: async (method, params) => {
        const id = this.#nextId++;
        const answer = Promise.withResolvers<z.infer<typeof messageSchema>>();
        this.#pending.set(id, answer.resolve);
        const session = sessionId === '' ? {} : { sessionId };
        this.#input.write(`${JSON.stringify({ id, method, params: params ?? {}, ...session })}\0`);
        const message = await answer.promise;
        if (message.error !== undefined) throw new Error(`${method}: ${message.error.message}`);
        // Parsed boundary: Chromium's answers have the form that its protocol's types say.
        return message.result as never;
      },
      on: (event, listener) => void emitter.on(event, listener),
    };
  }

  #emitter(sessionId: string): EventEmitter {
    let emitter = this.#emitters.get(sessionId);
    if (emitter === undefined) {
      emitter = new EventEmitter();
      this.#emitters.set(sessionId, emitter);
    }
    return emitter;
  }

  #receive(piece: string): void {
    const parts = (this.#rest + piece).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#dispatch(messageSchema.parse(JSON.parse(part)));
  }

  #dispatch(message: z.infer<typeof messageSchema>): void {
    if (message.id !== undefined) {
      this.#pending.get(message.id)?.(message);
      this.#pending.delete(message.id);
    } else if (message.method !== undefined) {
      this.#emitter(message.sessionId ?? '').emit(message.method, message.params);
    }
  }
}
