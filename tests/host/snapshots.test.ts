import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Message } from '#shared/chat/conversation.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { SnapshotEvent, SnapshotState } from '#shared/snapshot/snapshot-state.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  follow,
  type HostUnderTest,
  newChat,
  startHost,
  until,
  untilEngine,
  untilModel,
} from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

/** Long enough to be saved without being asked for. */
const longText = Array.from({ length: 700 }, (_, index) => `river${index % 7}`).join(' ');

async function load(host: HostUnderTest, type: CacheType = 'f16'): Promise<void> {
  await host.client.call('model.load', {
    path: await ensureModel('tiny'),
    options: loadOptionsSchema.parse({
      backend: 'cpu',
      contextLength: 8192,
      threads: 1,
      typeK: type,
      typeV: type,
      flashAttention: 'on',
    }),
  });
}

/** A page that shows one chat at a time. */
function pageOn({ connect }: HostUnderTest) {
  let shown: { client: ReturnType<typeof connect>; chat: ReturnType<typeof follow> } | undefined;
  return {
    open(id: string) {
      const before = shown?.client;
      const client = connect();
      shown = { client, chat: follow(client, id) };
      before?.close();
    },
    leave: () => shown?.client.close(),
    async say(conversationId: string, text: string): Promise<Message> {
      if (shown === undefined) throw new Error('no chat is shown');
      const { answerId } = await shown.client.call('chat.send', { conversationId, text });
      return await shown.chat.ended(answerId);
    },
  };
}

async function chatOf(host: HostUnderTest): Promise<string> {
  const id = await newChat(host);
  const sampling = {
    temperature: 1.5,
    topK: 0,
    topP: 1,
    minP: 0,
    repeatPenalty: 1,
    seed: 3,
    maxTokens: 12,
  };
  await host.client.call('conversations.update', { conversationId: id, sampling });
  return id;
}

function event(host: HostUnderTest, kind: SnapshotEvent['kind'], conversationId: string) {
  const wanted = (each: SnapshotEvent) =>
    each.kind === kind && each.conversationId === conversationId;
  return until(host.client, 'snapshots', (value): value is SnapshotState =>
    value.events.some(wanted),
  ).then(({ events }) => {
    const found = events.findLast(wanted);
    if (found === undefined) throw new Error('no such event');
    return found;
  });
}

const kept = (host: HostUnderTest, ids: readonly string[]) =>
  until(
    host.client,
    'snapshots',
    (value): value is SnapshotState =>
      value.activity === null &&
      JSON.stringify(value.kept.map(({ conversationId }) => conversationId)) ===
        JSON.stringify(ids),
  );

const save = (host: HostUnderTest, conversationId: string) =>
  host.client.call('snapshot.save', { conversationId });

const filesOf = ({ dataDirectory }: { readonly dataDirectory: string }) =>
  readdir(join(dataDirectory, 'snapshots')).catch(() => []);

function expectResumed(answer: Message, before: Message): void {
  const used = before.figures?.cacheUsedTokens ?? 0;
  expect(used).toBeGreaterThan(512);
  expect(answer.figures).toMatchObject({
    reusedTokens: used,
    miss: null,
    restored: { tokens: used },
  });
}

describe('with the real engine', () => {
  test('a chat that is left and opened again would be read again', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const [first, second] = [await chatOf(host), await chatOf(host)];
    const page = pageOn(host);
    page.open(first);
    const before = await page.say(first, longText);
    page.open(second);
    await event(host, 'saved', first);
    const short = await page.say(second, 'Hello');
    // Too short to be worth a file: it is read again.
    page.open(first);
    await event(host, 'restored', first);
    expectResumed(await page.say(first, 'And then?'), before);
    page.open(second);
    await kept(host, [first]);
    const again = await page.say(second, 'And then?');
    expect(again.figures).toMatchObject({ restored: null, miss: { cause: 'other-conversation' } });
    expect(short.figures?.restored).toBeNull();
  });

  test('a chat that nobody had opened would lose the cells of the one before when it is asked', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const [first, second] = [await chatOf(host), await chatOf(host)];
    const page = pageOn(host);
    page.open(first);
    const before = await page.say(first, longText);
    const other = follow(host.client, second);
    // Both are looked at, and the first is asked again: its cells have gone to the second meanwhile.
    const asked = await host.client.call('chat.send', { conversationId: second, text: longText });
    await other.ended(asked.answerId);
    expectResumed(await page.say(first, 'And then?'), before);
    await kept(host, [second, first]);
  });

  test('a chat would be read again after the app was closed and opened', async () => {
    await using directory = await createTemporaryDirectory();
    const options = { initialModelPath: null, dataDirectory: directory.path };
    let id: string;
    let before: Message;
    {
      await using host = await startHost(options);
      await load(host);
      id = await chatOf(host);
      const page = pageOn(host);
      page.open(id);
      before = await page.say(id, longText);
    }
    await using host = await startHost(options);
    const page = pageOn(host);
    page.open(id);
    // Opened before there is a model: the load fills the cells.
    await load(host);
    await event(host, 'restored', id);
    expectResumed(await page.say(id, 'And then?'), before);
  });

  test('an answer that the end of the app cuts off would cost the cells of its chat', async () => {
    await using directory = await createTemporaryDirectory();
    const options = { initialModelPath: null, dataDirectory: directory.path };
    let id: string;
    {
      await using host = await startHost(options);
      await load(host);
      id = await chatOf(host);
      await host.client.call('conversations.update', {
        conversationId: id,
        sampling: {
          temperature: 0,
          topK: 0,
          topP: 1,
          minP: 0,
          repeatPenalty: 1,
          seed: 1,
          maxTokens: 7000,
        },
      });
      const viewer = follow(host.client, id);
      await host.client.call('chat.send', { conversationId: id, text: longText });
      await viewer.event(({ type }) => type === 'delta');
    }
    await using host = await startHost(options);
    await kept(host, [id]);
    const page = pageOn(host);
    page.open(id);
    await load(host);
    await event(host, 'restored', id);
    await host.client.call('conversations.update', {
      conversationId: id,
      sampling: {
        temperature: 0,
        topK: 0,
        topP: 1,
        minP: 0,
        repeatPenalty: 1,
        seed: 1,
        maxTokens: 5,
      },
    });
    const { figures } = await page.say(id, 'And then?');
    expect(figures?.reusedTokens).toBeGreaterThan(700);
  });

  test('other cache types would lose the cells, or get those of the old types', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host, 'f16');
    const id = await chatOf(host);
    const page = pageOn(host);
    page.open(id);
    const before = await page.say(id, longText);
    await load(host, 'q8_0');
    const refused = await event(host, 'refused', id);
    expect(refused.error).toMatchObject({
      code: 'snapshot-refused',
      message: expect.stringMatching(/f16 \(keys\).* q8_0/),
    });
    await load(host, 'f16');
    await event(host, 'restored', id);
    expectResumed(await page.say(id, 'And then?'), before);
  });

  test('what was deleted would stay on the disk', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const id = await chatOf(host);
    const page = pageOn(host);
    page.open(id);
    await page.say(id, 'First?');
    const answer = await page.say(id, longText);
    await host.client.call('snapshot.save', { conversationId: id });
    await kept(host, [id]);
    const messageId = answer.parentId ?? '';
    await host.client.call('chat.deleteTurn', { conversationId: id, messageId });
    await kept(host, []);
    // By hand neither, and not after a turn that was refused before it changed a cell.
    await expect(save(host, id)).rejects.toMatchObject({
      message: expect.stringMatching(/deleted/),
    });
    const tooLong = await page.say(id, longText.repeat(14));
    expect(tooLong.error?.code).toBe('prompt-too-long');
    await expect(save(host, id)).rejects.toMatchObject({
      message: expect.stringMatching(/deleted/),
    });
    // Its cells still hold it, until a turn has changed them.
    const other = await chatOf(host);
    page.open(other);
    await page.say(other, 'Hello');
    expect(await filesOf(host)).toEqual([]);
    page.open(id);
    await page.say(id, longText);
    page.leave();
    await kept(host, [id]);
    await host.client.call('conversations.delete', { conversationId: id });
    await kept(host, []);
    expect(await filesOf(host)).toEqual([]);
  });

  test('snapshots would grow beyond the limit, or the newest would go first', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const page = pageOn(host);
    const ids: string[] = [];
    for (let chat = 0; chat < 3; chat++) {
      const id = await chatOf(host);
      ids.push(id);
      page.open(id);
      await page.say(id, longText);
      await host.client.call('snapshot.save', { conversationId: id });
    }
    const { kept: all } = await kept(host, ids);
    const [oldest, ...others] = all;
    if (oldest === undefined) throw new Error('nothing is kept');
    const two = others.reduce((sum, { bytes }) => sum + bytes, 0);
    await host.client.call('settings.update', { snapshotBudget: two });
    await kept(host, ids.slice(1));

    await host.client.call('settings.update', { snapshotBudget: 1000 });
    await kept(host, []);
    const refused = host.client.call('snapshot.save', { conversationId: ids[2] ?? '' });
    await expect(refused).rejects.toMatchObject({
      code: 'snapshot-failed',
      message: expect.stringMatching(/may take/),
    });
    expect(await filesOf(host)).toEqual([]);
  });

  test('a restored cache would be claimed by a chat that did not use it', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const [first, second] = [await chatOf(host), await chatOf(host)];
    const page = pageOn(host);
    page.open(first);
    await page.say(first, longText);
    page.open(second);
    await page.say(second, 'Hello');
    page.open(first);
    await event(host, 'restored', first);
    page.open(second);
    expect((await page.say(second, 'And?')).figures?.restored).toBeNull();
  });

  test('an engine that dies in the middle of a save would cost the snapshot from before', async () => {
    await using host = await startHost({ initialModelPath: null });
    await load(host);
    const id = await chatOf(host);
    const page = pageOn(host);
    page.open(id);
    await page.say(id, longText);
    await host.client.call('snapshot.save', { conversationId: id });
    const more = await page.say(id, longText);
    const { processId } = await untilEngine(host.client, 'ready');
    const saved = host.client.call('snapshot.save', { conversationId: id }).catch(error => error);
    const second = join(host.dataDirectory, 'snapshots', `${id}.2.state`);
    await vi.waitFor(() => expect(existsSync(second)).toBe(true), { timeout: 20_000, interval: 1 });
    process.kill(processId, 'SIGKILL');
    await saved;
    // The model is loaded again, and the chat gets whichever is whole.
    await event(host, 'restored', id);
    await untilModel(host.client, 'loaded');
    const { figures } = await page.say(id, 'And then?');
    expect(figures?.restored?.tokens).toBeGreaterThan(512);
    expect(figures?.restored?.tokens).toBeLessThanOrEqual(more.figures?.cacheUsedTokens ?? 0);
    expect(figures?.reusedTokens).toBe(figures?.restored?.tokens);
  });
});

describe('with files as another process has left them', () => {
  const identity = {
    modelFingerprint: '0',
    modelName: 'Any',
    typeK: 'f16',
    typeV: 'f16',
    flashAttention: true,
    llamaCppRelease: 'b1',
    rotationLength: null,
  };
  const description = (conversationId: string) => ({
    format: 1,
    identity,
    conversationId,
    tokens: 600,
    stateBytes: 4,
    stateChecksum: 0,
    savedAt: 1,
    lastTurn: { answerId: randomUUID(), promptTokens: 500, spans: [], gaps: [], answerTokens: [] },
    answers: [],
  });

  /** A chat in a data folder whose host has ended, and the folder of its snapshots. */
  async function leftBehind(dataDirectory: string) {
    await using host = await startHost({ engine: 'steady-engine', dataDirectory });
    const id = await newChat(host);
    const directory = join(dataDirectory, 'snapshots');
    await mkdir(directory, { recursive: true });
    return { id, write: (name: string, text: string) => writeFile(join(directory, name), text) };
  }

  test('a file that ends the engine would end it again and again', async () => {
    await using directory = await createTemporaryDirectory();
    const { id, write } = await leftBehind(directory.path);
    await write(`${id}.1.state`, 'old');
    await write(`${id}.1.json`, JSON.stringify(description(id)));
    await using host = await startHost({
      engine: 'dies-in-restore',
      dataDirectory: directory.path,
    });
    await untilModel(host.client, 'loaded');
    void follow(host.client, id);
    const refused = await event(host, 'refused', id);
    expect(refused.error).toMatchObject({ code: 'snapshot-damaged' });
    expect(await filesOf(host)).toEqual([]);
    await untilModel(host.client, 'loaded');
    expect(host.launches()).toBe(2);
  });

  test('an engine that dies while one chat is saved would cost the snapshot of another', async () => {
    await using directory = await createTemporaryDirectory();
    const { id, write } = await leftBehind(directory.path);
    await write(`${id}.1.state`, 'old');
    await write(`${id}.1.json`, JSON.stringify(description(id)));
    await using host = await startHost({ engine: 'dies-in-save', dataDirectory: directory.path });
    await untilModel(host.client, 'loaded');
    const other = await newChat(host);
    const viewer = follow(host.client, other);
    const text = 'Hello';
    const { answerId } = await host.client.call('chat.send', { conversationId: other, text });
    await viewer.ended(answerId);
    void follow(host.client, id);
    await event(host, 'failed', other);
    // The next engine is asked for it, and has a reason of its own.
    expect((await event(host, 'refused', id)).error?.code).toBe('snapshot-refused');
    expect(await filesOf(host)).toHaveLength(2);
  });

  test('a chat that was deleted while the app was killed would stay on the disk', async () => {
    await using directory = await createTemporaryDirectory();
    const { write } = await leftBehind(directory.path);
    const gone = randomUUID();
    await write(`${gone}.1.state`, 'old');
    await write(`${gone}.1.json`, JSON.stringify(description(gone)));
    await using host = await startHost({ engine: 'steady-engine', dataDirectory: directory.path });
    await kept(host, []);
    expect(await filesOf(host)).toEqual([]);
  });

  test('half a save would hide the whole one from before, or stay on the disk', async () => {
    await using directory = await createTemporaryDirectory();
    const { id, write } = await leftBehind(directory.path);
    await write(`${id}.1.state`, 'old');
    await write(`${id}.1.json`, JSON.stringify(description(id)));
    await write(`${id}.2.state`, 'ne');
    await write(`${id}.2.json.123`, '{"half');
    await write('notes.txt', 'Not ours.');
    await using host = await startHost({
      engine: 'steady-engine',
      dataDirectory: directory.path,
    });
    await kept(host, [id]);
    expect(await filesOf(host)).toEqual([`${id}.1.json`, `${id}.1.state`, 'notes.txt'].sort());
    expect(await readFile(join(directory.path, 'snapshots', `${id}.1.state`), 'utf8')).toBe('old');
  });

  test.each([
    ['of another format', JSON.stringify({ format: 2, tokens: 600 }), /format 2/, true],
    ['half written', '{"format": 1, "tok', /description/, false],
    ['of another kind', '{"format": 1}', /description/, false],
  ])('a description that is %s would be used, or break the app', async (_, text, reason, stays) => {
    await using directory = await createTemporaryDirectory();
    const { id, write } = await leftBehind(directory.path);
    await write(`${id}.1.state`, 'old');
    await write(`${id}.1.json`, text);
    await using host = await startHost({
      engine: 'steady-engine',
      dataDirectory: directory.path,
    });
    await untilModel(host.client, 'loaded');
    void follow(host.client, id);
    const refused = await event(host, 'refused', id);
    expect(refused.error?.message).toMatch(reason);
    expect((await filesOf(host)).length).toBe(stays ? 2 : 0);
  });
});
