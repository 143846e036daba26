import { mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createHost } from '#host/host.ts';
import { follow, newChat, startHost, untilModel } from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

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
