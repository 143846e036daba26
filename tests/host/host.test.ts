import { mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { crashLimit } from '#host/engine/crash-breaker.ts';
import { createHost } from '#host/host.ts';
import type { AppErrorData } from '#shared/errors/app-error.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import {
  follow,
  type HostUnderTest,
  startHost,
  until,
  untilEngine,
  untilModel,
} from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const options = loadOptionsSchema.parse({});

async function newChat({ client }: HostUnderTest): Promise<string> {
  return (await client.call('conversations.create', {})).id;
}

/** Makes one kind of change fail from now on, as a full or broken disk does. */
function refuseInDatabase({ dataDirectory }: HostUnderTest, change: string): void {
  using database = new DatabaseSync(join(dataDirectory, 'conversations.db'));
  database.exec(`CREATE TRIGGER refuse ${change} BEGIN SELECT RAISE(ABORT, 'refused'); END`);
}

/** What keeps this process awake now and did not before; the test runner has timers of its own. */
function newResources(kinds: RegExp, before: readonly string[] = []): string[] {
  const known = [...before];
  return process.getActiveResourcesInfo().filter(name => {
    if (!kinds.test(name)) return false;
    const at = known.indexOf(name);
    if (at !== -1) known.splice(at, 1);
    return at === -1;
  });
}

/** Tries again, turn by turn of the event loop and with no timer of its own, until it holds. */
async function eventually(check: () => void): Promise<void> {
  const givenUpAt = performance.now() + 5_000;
  for (;;) {
    try {
      check();
      return;
    } catch (thrown) {
      if (performance.now() > givenUpAt) throw thrown;
      await setImmediate();
    }
  }
}

describe('the model at launch', () => {
  test('the app would open with nothing to talk to', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.planned.model.path).toBe('/tiny.gguf');
    const info = await host.client.call('app.info', {});
    expect(info).toMatchObject({ builtInModelPath: '/tiny.gguf', nativeFileDialog: false });
  });

  test('a model, or options, that the user has chosen would be forgotten', async () => {
    await using directory = await createTemporaryDirectory();
    const chosen = { ...options, contextLength: 1234 };
    {
      await using host = await startHost({
        engine: 'steady-engine',
        dataDirectory: directory.path,
        initialModelPath: null,
      });
      await host.client.call('model.load', { path: '/chosen.gguf', options: chosen });
    }
    await using host = await startHost({ engine: 'steady-engine', dataDirectory: directory.path });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.planned.model.path).toBe('/chosen.gguf');
    expect(report.options).toEqual(chosen);
  });

  test('the built-in model would be remembered by a path that an update moves', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    const settings = await until(
      host.client,
      'settings',
      (value): value is typeof value => '/tiny.gguf' in value.loadOptionsByModel,
    );
    expect(settings.lastModelPath).toBeNull();
  });

  test('a command line that wants no model would wait for one', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    await untilEngine(host.client, 'ready');
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });

  test('a model file that has moved would leave no word of why nothing is loaded', async () => {
    await using host = await startHost({
      engine: 'steady-engine',
      initialModelPath: '/missing.gguf',
    });
    const { error } = await until(
      host.client,
      'model',
      (value): value is Extract<typeof value, { phase: 'none' }> & { error: AppErrorData } =>
        value.phase === 'none' && value.error !== null,
    );
    expect(error.code).toBe('model-file-missing');
  });
});

describe('a load', () => {
  test('one that fails would cost the model before it, or hide that it failed', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    const failed = host.client.call('model.load', { path: '/missing.gguf', options });
    await expect(failed).rejects.toMatchObject({ code: 'model-file-missing' });
    const state = await until(
      host.client,
      'model',
      (value): value is Extract<typeof value, { phase: 'loaded' }> =>
        value.phase === 'loaded' && value.error !== null,
    );
    expect(state.report.planned.model.path).toBe('/tiny.gguf');
    expect(state.error?.code).toBe('model-file-missing');
  });

  test('one that kills the engine would be tried for ever', async () => {
    await using host = await startHost({ engine: 'dies-in-load', initialModelPath: null });
    const failed = host.client.call('model.load', { path: '/heavy.gguf', options });
    await expect(failed).rejects.toMatchObject({ code: 'engine-crashed' });
    const { error } = await untilModel(host.client, 'none');
    expect(error?.message).toContain('/heavy.gguf');
    expect(error?.suggestion).toContain('not loaded again');
    await until(
      host.client,
      'engine',
      (value): value is typeof value => value.phase === 'ready' && value.generation === 2,
    );
    expect(host.launches()).toBe(2);
    expect((await untilModel(host.client, 'none')).error).toEqual(error);
  });

  test('a second one at the same time would make two models fight for the memory', async () => {
    await using host = await startHost({ engine: 'never-ready', initialModelPath: null });
    const first = host.client.call('model.load', { path: '/a.gguf', options });
    await untilModel(host.client, 'loading');
    const second = host.client.call('model.load', { path: '/b.gguf', options });
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    await host.client.call('model.cancelLoad', {});
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });

  test('an unloaded model would still be shown, or come back', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    await host.client.call('model.unload', {});
    expect(await untilModel(host.client, 'none')).toEqual({ phase: 'none', error: null });
  });
});

describe('a message', () => {
  test('a turn would lose a part on its way, or the viewer and the store disagree', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const sent = await host.client.call('chat.send', {
      conversationId: id,
      text: 'Hello there \n',
    });
    const answer = await viewer.ended(sent.answerId);
    expect(answer).toMatchObject({
      status: 'done',
      text: '1 messages read',
      modelName: 'Scripted',
      parentId: sent.userMessageId,
    });
    expect(answer.figures?.stopReason).toBe('end-of-turn');
    const late = follow(host.connect(), id);
    const snapshot = await late.event(event => event.type === 'snapshot');
    expect(snapshot).toMatchObject({
      conversation: { title: 'Hello there' },
      messages: [{ id: sent.userMessageId, text: 'Hello there', parentId: null }, answer],
      progress: null,
    });
    const next = await host.client.call('chat.send', { conversationId: id, text: 'And more' });
    expect(await viewer.ended(next.answerId)).toMatchObject({ text: '3 messages read' });
  });

  test('a message without a model would be stored without ever being answered', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    const id = await newChat(host);
    const refused = host.client.call('chat.send', { conversationId: id, text: 'Hello' });
    await expect(refused).rejects.toMatchObject({ code: 'no-model' });
    const snapshot = await follow(host.client, id).event(event => event.type === 'snapshot');
    expect(snapshot).toMatchObject({ messages: [] });
  });

  test('a second one during the answer would be answered out of order', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const first = await host.client.call('chat.send', { conversationId: id, text: 'One' });
    const second = host.client.call('chat.send', { conversationId: id, text: 'Two' });
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    const load = host.client.call('model.load', { path: '/other.gguf', options });
    await expect(load).rejects.toMatchObject({ code: 'busy' });

    await viewer.event(event => event.type === 'delta' && event.segment === 'answer');
    const late = await follow(host.connect(), id).event(event => event.type === 'snapshot');
    expect(late).toMatchObject({
      messages: [{}, { status: 'running', text: 'So far.', reasoning: 'Hm. ' }],
      progress: { phase: 'queued' },
    });
    await host.client.call('chat.stop', { conversationId: id });
    await host.client.call('chat.stop', { conversationId: id });
    expect(await viewer.ended(first.answerId)).toMatchObject({
      status: 'done',
      text: 'So far.',
      figures: { stopReason: 'stopped' },
    });
  });

  test('a message that comes while the model still loads would be refused', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const id = await newChat(host);
    await expect(
      host.client.call('chat.send', { conversationId: id, text: 'At once' }),
    ).resolves.toHaveProperty('answerId');
  });

  test('a message that waits for the model could not be taken back', async () => {
    await using host = await startHost({ engine: 'never-ready' });
    const id = await newChat(host);
    const next = { conversationId: id, text: 'Hello' };
    const stopped = host.client.call('chat.send', next);
    await expect(host.client.call('chat.send', next)).rejects.toMatchObject({ code: 'busy' });
    await host.client.call('chat.stop', { conversationId: id });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const snapshot = await follow(host.client, id).event(event => event.type === 'snapshot');
    expect(snapshot).toMatchObject({ messages: [] });

    const orphaned = host.client.call('chat.send', next);
    await host.client.call('conversations.delete', { conversationId: id });
    await expect(orphaned).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a conversation that cannot be deleted would lose the end of its answer', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const sent = await host.client.call('chat.send', { conversationId: id, text: 'One' });
    await viewer.event(event => event.type === 'delta' && event.segment === 'answer');
    refuseInDatabase(host, 'BEFORE DELETE ON conversations');
    const refused = host.client.call('conversations.delete', { conversationId: id });
    await expect(refused).rejects.toMatchObject({ code: 'storage-failed' });
    await host.client.call('chat.stop', { conversationId: id });
    expect(await viewer.ended(sent.answerId)).toMatchObject({ status: 'done', text: 'So far.' });
  });

  test('an answer whose end the disk refused would look as if it were still being written', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const sent = await host.client.call('chat.send', { conversationId: id, text: 'One' });
    await viewer.event(event => event.type === 'delta' && event.segment === 'answer');
    refuseInDatabase(host, 'BEFORE UPDATE OF status ON messages');
    await host.client.call('chat.stop', { conversationId: id });
    const told = { status: 'failed', error: { code: 'storage-failed' } };
    expect(await viewer.ended(sent.answerId)).toMatchObject(told);
    await vi.waitFor(async () => {
      const late = await follow(host.connect(), id).event(event => event.type === 'snapshot');
      expect(late).toMatchObject({ messages: [{}, told], progress: null });
    });
  });

  test('deleting a conversation would leave its answer running, or its viewers waiting', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const [here, there] = [follow(host.client, id), follow(host.connect(), id)];
    await host.client.call('chat.send', { conversationId: id, text: 'One' });
    await here.event(event => event.type === 'delta');
    await host.client.call('conversations.delete', { conversationId: id });
    await Promise.all([here.closed, there.closed]);
    expect(here.events.at(-1)).toEqual({ type: 'deleted' });
    expect(there.events.at(-1)).toEqual({ type: 'deleted' });
    expect(await host.client.call('conversations.list', { query: '' })).toEqual([]);
    // The engine is free again as soon as it has stopped.
    await vi.waitFor(() => host.client.call('model.load', { path: '/other.gguf', options }));
  });
});

describe('an engine that dies in an answer', () => {
  test('the partial answer, the model or the next message would be lost with it', async () => {
    await using host = await startHost({ engine: 'dies-in-answer' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const first = await host.client.call('chat.send', { conversationId: id, text: 'A story' });
    const answer = await viewer.ended(first.answerId);
    expect(answer).toMatchObject({
      status: 'failed',
      text: 'Once upon a time',
      error: { code: 'engine-crashed', suggestion: expect.stringContaining('started again') },
    });
    // Sent while the engine restarts: it waits for the model.
    const second = await host.client.call('chat.send', { conversationId: id, text: 'Again' });
    expect(host.launches()).toBe(2);
    await viewer.ended(second.answerId);
    const third = await host.client.call('chat.send', { conversationId: id, text: 'Again' });
    await viewer.ended(third.answerId);

    const engine = await until(
      host.client,
      'engine',
      (value): value is Extract<typeof value, { phase: 'crashed' }> =>
        value.phase === 'crashed' && !value.restarting,
    );
    expect(engine.error.suggestion).toContain('Load a model');
    expect(host.launches()).toBe(crashLimit);
    expect((await untilModel(host.client, 'none')).error?.code).toBe('engine-crashed');
    const refused = host.client.call('chat.send', { conversationId: id, text: 'Once more' });
    await expect(refused).rejects.toMatchObject({ code: 'engine-unavailable' });

    await host.client.call('model.load', { path: '/tiny.gguf', options });
    const fourth = await host.client.call('chat.send', { conversationId: id, text: 'And now' });
    expect(await viewer.ended(fourth.answerId)).toMatchObject({ text: 'Once upon a time' });
  });
});

describe('closing', () => {
  test('an answer that is being written would run for ever on the disk', async () => {
    await using directory = await createTemporaryDirectory();
    let id: string;
    {
      await using host = await startHost({
        engine: 'answers-until-stopped',
        dataDirectory: directory.path,
      });
      id = await newChat(host);
      const viewer = follow(host.client, id);
      await host.client.call('chat.send', { conversationId: id, text: 'One' });
      await viewer.event(event => event.type === 'delta' && event.segment === 'answer');
    }
    await using host = await startHost({ engine: 'steady-engine', dataDirectory: directory.path });
    const snapshot = await follow(host.client, id).event(event => event.type === 'snapshot');
    expect(snapshot).toMatchObject({
      messages: [
        { text: 'One' },
        {
          status: 'failed',
          text: 'So far.',
          error: { message: 'Headroom was closed while this answer was being written.' },
        },
      ],
    });
  });

  test('a process, a timer, a file or a listener would be left behind', async () => {
    const kinds = /Timeout|Process|Pipe/;
    const before = newResources(kinds);
    const host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    await host.client.call('chat.send', { conversationId: id, text: 'One' });
    await viewer.event(event => event.type === 'delta');
    const { dataDirectory } = host;
    await host[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    await expect(host.connect().call('app.info', {})).rejects.toMatchObject({
      code: 'connection-lost',
    });
    expect(host.exits).toHaveLength(host.launches());
    await eventually(() => expect(newResources(kinds, before)).toEqual([]));
    await expect(readdir(dataDirectory)).rejects.toThrow('ENOENT');
    if (process.platform === 'linux') {
      const handles = await readdir('/proc/self/fd');
      const targets = await Promise.all(
        handles.map(handle => readlink(join('/proc/self/fd', handle)).catch(() => '')),
      );
      expect(targets.filter(target => target.startsWith(dataDirectory))).toEqual([]);
    }
  });

  test('an app that nobody uses would keep a timer alive and the processor awake', async () => {
    const before = newResources(/Timeout/);
    await using host = await startHost({ engine: 'steady-engine' });
    await untilModel(host.client, 'loaded');
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const sent = await host.client.call('chat.send', { conversationId: id, text: 'One' });
    await viewer.ended(sent.answerId);
    await eventually(() => expect(newResources(/Timeout/, before)).toEqual([]));
  });
});

describe('the data folder', () => {
  test('a second app on it would end the answer that the first one is writing', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    const sent = await host.client.call('chat.send', { conversationId: id, text: 'One' });
    const second = startHost({ engine: 'steady-engine', dataDirectory: host.dataDirectory });
    await expect(second).rejects.toMatchObject({
      code: 'busy',
      message: `Another Headroom is using the data folder ${host.dataDirectory}.`,
    });
    await host.client.call('chat.stop', { conversationId: id });
    expect(await viewer.ended(sent.answerId)).toMatchObject({ status: 'done', text: 'So far.' });
  });

  test('a damaged database would be opened, replaced, or leave an engine running', async () => {
    await using directory = await createTemporaryDirectory();
    await writeFile(join(directory.path, 'conversations.db'), 'not a database'.repeat(500));
    const failed = createHost({
      dataDirectory: directory.path,
      shell: 'command-line',
      version: '0',
      builtInModelPath: null,
      launchEngine: () => {
        throw new Error('the engine was started');
      },
    });
    await expect(failed).rejects.toMatchObject({
      code: 'storage-failed',
      message: expect.stringContaining(join(directory.path, 'conversations.db')),
    });
  });

  test('an app that could not open it would keep it from the next attempt', async () => {
    await using directory = await createTemporaryDirectory();
    const database = join(directory.path, 'conversations.db');
    await writeFile(database, 'not a database'.repeat(500));
    const given = { engine: 'steady-engine', dataDirectory: directory.path };
    await expect(startHost(given)).rejects.toMatchObject({ code: 'storage-failed' });
    await rm(database);
    await using host = await startHost(given);
    await expect(host.client.call('app.info', {})).resolves.toHaveProperty('version');
  });

  test('a folder that cannot be made would be an error without a place', async () => {
    await using directory = await createTemporaryDirectory();
    await writeFile(join(directory.path, 'file'), '');
    const failed = startHost({
      engine: 'steady-engine',
      dataDirectory: join(directory.path, 'file', 'data'),
    });
    await expect(failed).rejects.toMatchObject({ code: 'storage-failed' });
  });
});

describe('conversations', () => {
  test('a name that the user gave would be replaced by the first message', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const id = await newChat(host);
    const viewer = follow(host.client, id);
    await host.client.call('conversations.update', { conversationId: id, title: 'My name' });
    const sent = await host.client.call('chat.send', { conversationId: id, text: 'Hello' });
    await viewer.ended(sent.answerId);
    const [listed] = await host.client.call('conversations.list', { query: 'name' });
    expect(listed?.title).toBe('My name');
    const { fileName, text } = await host.client.call('conversations.export', {
      conversationId: id,
      format: 'markdown',
    });
    expect(fileName).toBe('My-name.md');
    expect(text).toContain('1 messages read');
  });

  test('a list in another window would not hear of a new conversation', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    const other = host.connect();
    const grown = until(
      other,
      'conversations.revision',
      (value): value is typeof value => value > 0,
    );
    await newChat(host);
    await grown;
    expect(await other.call('conversations.list', { query: '' })).toHaveLength(1);
  });

  test('a new one would ignore the prompt and the sampling of the settings', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    await host.client.call('settings.update', { systemPrompt: 'Be brief.', theme: 'dark' });
    const created = await host.client.call('conversations.create', {});
    expect(created.systemPrompt).toBe('Be brief.');
  });

  test('what was deleted would be found by those who still ask for it', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    const conversationId = await newChat(host);
    await host.client.call('conversations.delete', { conversationId });
    for (const attempt of [
      host.client.call('conversations.delete', { conversationId }),
      host.client.call('conversations.update', { conversationId, title: 'x' }),
      host.client.call('chat.send', { conversationId, text: 'x' }),
      host.client.call('conversations.export', { conversationId, format: 'json' }),
      follow(host.client, conversationId).closed,
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'not-found' });
    }
  });
});

describe('files', () => {
  test('a system dialog that is not there would be an endless wait', async () => {
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    await expect(host.client.call('files.pick', {})).rejects.toMatchObject({ code: 'not-allowed' });
    await using other = await startHost({
      engine: 'steady-engine',
      initialModelPath: null,
      pickFile: async () => '/picked.gguf',
    });
    await expect(other.client.call('files.pick', {})).resolves.toEqual({ path: '/picked.gguf' });
  });

  test('a folder would be listed through the contract with a wrong form', async () => {
    await using directory = await createTemporaryDirectory();
    await mkdir(join(directory.path, 'sub'));
    await writeFile(join(directory.path, 'a.gguf'), 'GGUF');
    await using host = await startHost({ engine: 'steady-engine', initialModelPath: null });
    const listed = await host.client.call('files.list', { directory: directory.path });
    expect(listed.entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['sub', 'directory'],
      ['a.gguf', 'model'],
    ]);
  });
});
