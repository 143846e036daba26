import { createStore, type StoreApi } from 'zustand/vanilla';
import { type AppContract, appContract } from '#shared/contract/app-contract.ts';
import { AppError, type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import { type Client, createClient, type StreamOptions } from '#shared/rpc/client.ts';
import type {
  CallNames,
  EndOf,
  InputOf,
  ItemOf,
  OutputOf,
  StreamNames,
} from '#shared/rpc/contract.ts';
import type { Port } from '#shared/rpc/port.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

export type ConnectionStatus =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open' }
  /** Another attempt follows by itself. */
  | { readonly phase: 'lost'; readonly error: AppErrorData; readonly trying: boolean }
  /** No further attempt: the server does not want this page. */
  | { readonly phase: 'refused'; readonly error: AppErrorData };

export type AppClient = Client<AppContract>;

/** The page's line to the host: opened, watched over and opened again. */
export interface Connection {
  readonly status: StoreApi<ConnectionStatus>;
  /** Called with every new client: on the first opening and after each reconnection. */
  onOpen(listener: (client: AppClient) => void): void;
  /** @throws AppError `connection-lost` while there is no connection */
  call<K extends CallNames<AppContract>>(
    name: K,
    input: InputOf<AppContract[K]>,
  ): Promise<OutputOf<AppContract[K]>>;
  /** @throws AppError `connection-lost` while there is no connection, or when it breaks */
  stream<K extends StreamNames<AppContract>>(
    name: K,
    input: InputOf<AppContract[K]>,
    options: StreamOptions<ItemOf<AppContract[K]>>,
  ): Promise<EndOf<AppContract[K]>>;
  /** Tries at once instead of waiting for the next attempt. */
  retry(): void;
  start(): void;
}

export function createConnection(openPort: () => Promise<Port>): Connection {
  const status = createStore<ConnectionStatus>(() => ({ phase: 'connecting' }));
  const openListeners: ((client: AppClient) => void)[] = [];
  let client: AppClient | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opening = false;

  async function open() {
    if (opening || client !== null) return;
    opening = true;
    clearTimeout(timer);
    if (failures > 0)
      status.setState(now => (now.phase === 'lost' ? { ...now, trying: true } : now), true);
    try {
      const port = await openPort();
      const next = createClient(appContract, port);
      client = next;
      failures = 0;
      status.setState({ phase: 'open' }, true);
      next.onClose(() => {
        client = null;
        lose(new AppError('connection-lost', 'The connection to Headroom was lost.'));
      });
      for (const listener of openListeners) listener(next);
    } catch (thrown) {
      lose(thrown);
    } finally {
      opening = false;
    }
  }

  function lose(thrown: unknown) {
    const error = toErrorData(thrown);
    if (error.code === 'not-allowed') {
      status.setState({ phase: 'refused', error }, true);
      return;
    }
    status.setState({ phase: 'lost', error, trying: false }, true);
    timer = setTimeout(() => void open(), reconnectDelayMs(failures));
    failures++;
  }

  function connected(): AppClient {
    if (client !== null) return client;
    throw new AppError('connection-lost', 'Headroom is not connected at the moment.', {
      suggestion: 'Wait for the connection to come back, then try again.',
    });
  }

  return {
    status,
    onOpen(listener) {
      openListeners.push(listener);
      if (client !== null) listener(client);
    },
    call: async (name, input) => connected().call(name, input),
    stream: async (name, input, options) => connected().stream(name, input, options),
    retry: () => void open(),
    start: () => void open(),
  };
}
