import type { z } from 'zod';
import { AppError, cancelledError, toErrorData } from '../errors/app-error.ts';
import { ConflatedSender } from './conflated-sender.ts';
import type {
  CallDefinition,
  Contract,
  EndOf,
  ItemOf,
  OutputOf,
  ParsedInputOf,
  SignalDefinition,
  StreamDefinition,
  ValueOf,
} from './contract.ts';
import { CreditGate } from './credit-gate.ts';
import { type ClientPacket, clientPacketSchema, type ServerPacket } from './packet.ts';
import type { Port } from './port.ts';
import type { Signal } from './signal.ts';

export interface StreamContext<Item> {
  /** Aborted when the client cancels or its port closes. */
  readonly signal: AbortSignal;
  /**
   * Sends one item, in order. Returns a promise when the receiver has no credit left: a producer
   * that awaits it has back-pressure, one that does not is buffered.
   */
  emit(item: Item): void | Promise<void>;
}

/** One handler per name of the contract; a forgotten one does not compile. */
export type Handlers<C extends Contract> = {
  readonly [K in keyof C]: C[K] extends { kind: 'call' }
    ? (input: ParsedInputOf<C[K]>) => OutputOf<C[K]> | Promise<OutputOf<C[K]>>
    : C[K] extends { kind: 'stream' }
      ? (input: ParsedInputOf<C[K]>, context: StreamContext<ItemOf<C[K]>>) => Promise<EndOf<C[K]>>
      : Signal<ValueOf<C[K]>>;
};

type AnyHandler = ((input: unknown, context: StreamContext<unknown>) => unknown) | Signal<unknown>;

interface OpenStream {
  readonly abort: AbortController;
  readonly gate: CreditGate;
}

/**
 * Answers a port by a contract. Everything that arrives is validated before a handler sees it; what
 * a handler throws leaves as data. Closing the port aborts every stream and ends every watch.
 */
export function serve<C extends Contract>(contract: C, port: Port, handlers: Handlers<C>): void {
  const streams = new Map<number, OpenStream>();
  const watches = new Map<number, ConflatedSender<unknown>>();
  let closed = false;

  const send = (packet: ServerPacket) => {
    if (!closed) port.send(packet);
  };
  const fail = (id: number, thrown: unknown) =>
    send({ type: 'error', id, error: toErrorData(thrown) });

  function find(name: string, kind: 'call' | 'stream' | 'signal') {
    const definition = Object.hasOwn(contract, name) ? contract[name] : undefined;
    if (definition === undefined || definition.kind !== kind) {
      throw new AppError('not-allowed', `There is no ${kind} named "${name.slice(0, 100)}".`);
    }
    // Parsed boundary: `Handlers<C>` has tied this name to this definition's types.
    const handler = handlers[name] as AnyHandler;
    return { definition, handler };
  }

  async function answerCall(packet: ClientPacket & { type: 'call' }) {
    const { definition, handler } = find(packet.name, 'call');
    const input = parse((definition as CallDefinition<z.ZodType, z.ZodType>).input, packet);
    if (typeof handler !== 'function') return;
    const value = await handler(input, neverStreams);
    send({ type: 'result', id: packet.id, value });
  }

  async function runStream(packet: ClientPacket & { type: 'open' }) {
    const { definition, handler } = find(packet.name, 'stream');
    const streamDefinition = definition as StreamDefinition<z.ZodType, z.ZodType, z.ZodType>;
    const input = parse(streamDefinition.input, packet);
    if (typeof handler !== 'function') return;
    const abort = new AbortController();
    const gate = new CreditGate(packet.credits, value =>
      send({ type: 'item', id: packet.id, value }),
    );
    streams.set(packet.id, { abort, gate });
    try {
      const value = await handler(input, {
        signal: abort.signal,
        emit: item => gate.push(item),
      });
      // The end must not overtake items that still wait for credit.
      await gate.drained();
      send({ type: 'end', id: packet.id, value });
    } finally {
      gate.open();
      streams.delete(packet.id);
    }
  }

  function startWatch(packet: ClientPacket & { type: 'watch' }) {
    const { definition, handler } = find(packet.name, 'signal');
    if (typeof handler === 'function') return;
    const { maxHz } = definition as SignalDefinition<z.ZodType>;
    const sender = new ConflatedSender(handler, maxHz, value =>
      send({ type: 'value', id: packet.id, value }),
    );
    watches.set(packet.id, sender);
    sender.start();
  }

  port.onMessage(message => {
    const parsed = clientPacketSchema.safeParse(message);
    // Without a valid id there is nobody to answer: drop it.
    if (!parsed.success || closed) return;
    const packet = parsed.data;
    switch (packet.type) {
      case 'call':
        answerCall(packet).catch(thrown => fail(packet.id, thrown));
        break;
      case 'open':
        runStream(packet).catch(thrown => fail(packet.id, thrown));
        break;
      case 'grant':
        streams.get(packet.id)?.gate.grant(packet.credits);
        break;
      case 'cancel':
        cancelStream(packet.id, 'The request');
        break;
      case 'watch':
        try {
          startWatch(packet);
        } catch (thrown) {
          fail(packet.id, thrown);
        }
        break;
      case 'seen':
        watches.get(packet.id)?.seen();
        break;
      case 'unwatch':
        watches.get(packet.id)?.[Symbol.dispose]();
        watches.delete(packet.id);
        break;
    }
  });

  function cancelStream(id: number, what: string) {
    const open = streams.get(id);
    if (open === undefined) return;
    open.abort.abort(cancelledError(what));
    // A handler that waits for credit must wake up to see that it was cancelled.
    open.gate.open();
  }

  port.onClose(() => {
    closed = true;
    for (const id of [...streams.keys()]) cancelStream(id, 'The request (its window is gone)');
    for (const watch of watches.values()) watch[Symbol.dispose]();
    watches.clear();
  });
}

const neverStreams: StreamContext<unknown> = {
  signal: new AbortController().signal,
  emit: () => {
    throw new AppError('internal', 'A call cannot emit items.');
  },
};

function parse(schema: z.ZodType, packet: { name: string; input: unknown }): unknown {
  const result = schema.safeParse(packet.input);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  const where = first && first.path.length > 0 ? ` (${first.path.join('.')})` : '';
  throw new AppError(
    'invalid-input',
    `"${packet.name}" was refused: ${first?.message ?? 'invalid input'}${where}.`,
    { details: result.error.message },
  );
}
