import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { EngineExit, EngineLauncher } from '#host/engine/engine-process.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { createHost, type Host, type HostOptions } from '#host/host.ts';
import type { Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { type AppContract, appContract } from '#shared/contract/app-contract.ts';
import type { EngineState } from '#shared/lifecycle/engine-state.ts';
import type { ModelState } from '#shared/lifecycle/model-state.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import type { SignalNames, ValueOf } from '#shared/rpc/contract.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

type AppClient = Client<AppContract>;

export interface HostUnderTest extends AsyncDisposable {
  readonly client: AppClient;
  readonly dataDirectory: string;
  /** How each engine process that has ended did so, in order. */
  readonly exits: readonly EngineExit[];
  /** Engine processes started so far. */
  launches(): number;
  /** Another window on the same host. */
  connect(): AppClient;
  /** For a shell around it. */
  readonly host: Pick<Host, 'connect'>;
}

export interface HostUnderTestOptions extends Partial<HostOptions> {
  /** A fixture's file name without extension; without one the real engine runs. */
  readonly engine?: string;
}

export const realEngine = fileURLToPath(new URL('../../src/engine/engine.ts', import.meta.url));

/** @param name a file of `fixtures`, without its extension */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
}

/**
 * A host with a client over memory ports. By default: the real engine in its own process, the tiny
 * model as the built-in one, data in a temporary directory that goes away with it. Disposing closes
 * everything and waits for every engine process to be gone.
 */
export async function startHost(options: HostUnderTestOptions = {}): Promise<HostUnderTest> {
  await using undo = new AsyncDisposableStack();
  const { engine, ...given } = options;
  const dataDirectory = given.dataDirectory ?? undo.use(await createTemporaryDirectory()).path;
  const enginePath = engine === undefined ? realEngine : fixturePath(engine);
  const exits: EngineExit[] = [];
  const running: Promise<unknown>[] = [];
  const launch = given.launchEngine ?? forkEngine(enginePath);
  const launchEngine: EngineLauncher = () => {
    const started = launch();
    running.push(started.exited.then(exit => exits.push(exit)));
    return started;
  };
  undo.defer(async () => void (await Promise.all(running)));
  const host = undo.use(
    await createHost({
      shell: 'command-line',
      version: '0.0.0-test',
      builtInModelPath:
        given.builtInModelPath ?? (engine === undefined ? await ensureModel('tiny') : '/tiny.gguf'),
      ...given,
      dataDirectory,
      launchEngine,
    }),
  );
  const connect = () => {
    const [page, served] = createMemoryPorts();
    host.connect(served);
    return createClient(appContract, page);
  };
  const client = connect();
  const owned = undo.move();
  return {
    client,
    dataDirectory,
    exits,
    launches: () => running.length,
    connect,
    host,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The first value of a signal that satisfies `wanted`. */
export function until<K extends SignalNames<AppContract>, V extends ValueOf<AppContract[K]>>(
  client: AppClient,
  name: K,
  wanted: (value: ValueOf<AppContract[K]>) => value is V,
): Promise<V> {
  const found = Promise.withResolvers<V>();
  const watch = client.watch(name, value => {
    if (wanted(value)) found.resolve(value);
  });
  return found.promise.finally(() => watch[Symbol.dispose]());
}

export function untilModel<P extends ModelState['phase']>(client: AppClient, phase: P) {
  return until(
    client,
    'model',
    (value): value is Extract<ModelState, { phase: P }> => value.phase === phase,
  );
}

export function untilEngine<P extends EngineState['phase']>(client: AppClient, phase: P) {
  return until(
    client,
    'engine',
    (value): value is Extract<EngineState, { phase: P }> => value.phase === phase,
  );
}

export interface Viewer {
  /** Everything received so far. */
  readonly events: readonly FollowEvent[];
  /** The first event, past or future, that satisfies `wanted`. */
  event(wanted: (event: FollowEvent) => boolean): Promise<FollowEvent>;
  /** This message as it ended. */
  ended(messageId: string): Promise<Message>;
  readonly closed: Promise<unknown>;
}

/** Follows a conversation like a page does. */
export function follow(client: AppClient, conversationId: string): Viewer {
  const events: FollowEvent[] = [];
  const waiting = new Set<() => void>();
  const closed = client.stream(
    'chat.follow',
    { conversationId },
    {
      onItem(event) {
        events.push(event);
        for (const look of waiting) look();
      },
    },
  );
  // The host that goes away ends it: no concern of most tests.
  closed.catch(() => {});
  const event = (wanted: (event: FollowEvent) => boolean) =>
    new Promise<FollowEvent>(resolve => {
      const look = () => {
        const found = events.find(wanted);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    events,
    closed,
    event,
    async ended(messageId) {
      const end = await event(
        each =>
          each.type === 'message' &&
          each.message.id === messageId &&
          each.message.status !== 'running',
      );
      if (end.type !== 'message') throw new Error('not a message');
      return end.message;
    },
  };
}

/** The id of a new conversation. */
export async function newChat({ client }: HostUnderTest): Promise<string> {
  return (await client.call('conversations.create', {})).id;
}

/** Makes one kind of change fail from now on, as a full or broken disk does. */
export function refuseInDatabase({ dataDirectory }: HostUnderTest, change: string): void {
  using database = new DatabaseSync(join(dataDirectory, 'conversations.db'));
  database.exec(`CREATE TRIGGER refuse ${change} BEGIN SELECT RAISE(ABORT, 'refused'); END`);
}
