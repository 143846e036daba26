import type { z } from 'zod';
import { AppError, cancelledError } from '../errors/app-error.ts';
import type {
  CallNames,
  Contract,
  EndOf,
  InputOf,
  ItemOf,
  OutputOf,
  SignalNames,
  StreamNames,
  ValueOf,
} from './contract.ts';
import { type ClientPacket, serverPacketSchema } from './packet.ts';
import type { Port } from './port.ts';

/** Items that may be on the way before the receiver has dealt with the first of them. */
const defaultCredits = 64;

export interface StreamOptions<Item> {
  /** Called in order; a returned promise delays further credit, never the order. */
  onItem(item: Item): void | Promise<void>;
  signal?: AbortSignal;
  credits?: number;
}

/** The caller's side of a contract. Everything received is validated before anybody sees it. */
export interface Client<C extends Contract> {
  call<K extends CallNames<C>>(name: K, input: InputOf<C[K]>): Promise<OutputOf<C[K]>>;
  stream<K extends StreamNames<C>>(
    name: K,
    input: InputOf<C[K]>,
    options: StreamOptions<ItemOf<C[K]>>,
  ): Promise<EndOf<C[K]>>;
  /** Calls `listener` with the current value first, then with the latest one after changes. */
  watch<K extends SignalNames<C>>(name: K, listener: (value: ValueOf<C[K]>) => void): Disposable;
  onClose(listener: () => void): void;
  close(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: AppError): void;
  readonly result: z.ZodType;
  readonly item?: (value: unknown) => void;
}

interface Watch {
  readonly value: z.ZodType;
  readonly listener: (value: unknown) => void;
}

/**
 * @throws AppError `connection-lost` from every pending call and stream when the port closes; the
 * handler's own error otherwise; `cancelled` from a stream whose signal was aborted.
 */
export function createClient<C extends Contract>(contract: C, port: Port): Client<C> {
  let nextId = 0;
  let closed = false;
  const pending = new Map<number, Pending>();
  const watches = new Map<number, Watch>();
  const closeListeners: (() => void)[] = [];

  const send = (packet: ClientPacket) => port.send(packet);

  port.onMessage(message => {
    const parsed = serverPacketSchema.safeParse(message);
    if (!parsed.success) return;
    const packet = parsed.data;
    if (packet.type === 'value') {
      receiveValue(packet.id, packet.value);
      return;
    }
    const request = pending.get(packet.id);
    // A late packet of a request that was given up on.
    if (request === undefined) return;
    switch (packet.type) {
      case 'item':
        request.item?.(packet.value);
        break;
      case 'result':
      case 'end': {
        pending.delete(packet.id);
        const value = request.result.safeParse(packet.value);
        if (value.success) request.resolve(value.data);
        else request.reject(brokenPromise(value.error));
        break;
      }
      case 'error':
        pending.delete(packet.id);
        request.reject(AppError.fromData(packet.error));
        break;
    }
  });

  port.onClose(() => {
    closed = true;
    for (const request of pending.values()) request.reject(connectionLost());
    pending.clear();
    watches.clear();
    for (const listener of closeListeners) listener();
  });

  function receiveValue(id: number, value: unknown) {
    const watch = watches.get(id);
    if (watch === undefined) return;
    const parsed = watch.value.safeParse(value);
    try {
      if (parsed.success) watch.listener(parsed.data);
    } finally {
      send({ type: 'seen', id });
    }
  }

  function request(id: number, entry: Omit<Pending, 'resolve' | 'reject'>): Promise<unknown> {
    if (closed) return Promise.reject(connectionLost());
    return new Promise((resolve, reject) => {
      pending.set(id, { ...entry, resolve, reject });
    });
  }

  return {
    async call(name, input) {
      const definition = contract[name];
      if (definition?.kind !== 'call') throw unknownName(name);
      const id = nextId++;
      const answer = request(id, { result: definition.output });
      send({ type: 'call', id, name, input });
      // Parsed boundary: `definition.output` has just validated it.
      return (await answer) as never;
    },

    async stream(name, input, options) {
      const definition = contract[name];
      if (definition?.kind !== 'stream') throw unknownName(name);
      options.signal?.throwIfAborted();
      const id = nextId++;
      const credits = options.credits ?? defaultCredits;
      const cancel = () => {
        const open = pending.get(id);
        if (open === undefined) return;
        pending.delete(id);
        send({ type: 'cancel', id });
        open.reject(cancelledError('The request'));
      };
      let consumed = 0;
      const grant = () => {
        // Half a window at a time: one packet back for many items forward.
        if (++consumed * 2 < credits) return;
        send({ type: 'grant', id, credits: consumed });
        consumed = 0;
      };
      const answer = request(id, {
        result: definition.end,
        item: value => {
          const parsed = definition.item.safeParse(value);
          if (!parsed.success) {
            const open = pending.get(id);
            pending.delete(id);
            send({ type: 'cancel', id });
            open?.reject(brokenPromise(parsed.error));
            return;
          }
          const done = options.onItem(parsed.data as never);
          if (done === undefined) grant();
          else void done.then(grant, grant);
        },
      });
      options.signal?.addEventListener('abort', cancel, { once: true });
      try {
        send({ type: 'open', id, name, input, credits });
        return (await answer) as never;
      } finally {
        options.signal?.removeEventListener('abort', cancel);
      }
    },

    watch(name, listener) {
      const definition = contract[name];
      if (definition?.kind !== 'signal') throw unknownName(name);
      const id = nextId++;
      watches.set(id, {
        value: definition.value,
        listener: value => listener(value as never),
      });
      send({ type: 'watch', id, name });
      return {
        [Symbol.dispose]: () => {
          if (watches.delete(id)) send({ type: 'unwatch', id });
        },
      };
    },

    onClose(listener) {
      if (closed) listener();
      else closeListeners.push(listener);
    },

    close: () => port.close(),
  };
}

function connectionLost(): AppError {
  return new AppError('connection-lost', 'The connection was lost before an answer came.');
}

function unknownName(name: string): AppError {
  return new AppError('internal', `The contract has no such entry: ${name}.`);
}

function brokenPromise(error: z.ZodError): AppError {
  return new AppError('internal', 'An answer did not have the agreed form.', {
    details: error.message,
  });
}
