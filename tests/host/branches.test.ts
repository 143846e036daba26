import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Message } from '#shared/chat/conversation.ts';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import type { Client } from '#shared/rpc/client.ts';
import {
  follow,
  type HostUnderTest,
  newChat,
  refuseInDatabase,
  startHost,
  untilModel,
  type Viewer,
} from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

type Snapshot = Extract<FollowEvent, { type: 'snapshot' }>;

/** What a page that opens the conversation now is shown. */
async function shown(client: Client<AppContract>, conversationId: string): Promise<Snapshot> {
  const leave = new AbortController();
  const first = Promise.withResolvers<Snapshot>();
  client
    .stream(
      'chat.follow',
      { conversationId },
      {
        signal: leave.signal,
        onItem(event) {
          if (event.type === 'snapshot') first.resolve(event);
        },
      },
    )
    .catch(first.reject);
  return await first.promise.finally(() => leave.abort());
}

async function textsShown(client: Client<AppContract>, conversationId: string): Promise<string[]> {
  return (await shown(client, conversationId)).messages.map(({ text }) => text);
}

/** The next snapshot that a viewer has been sent since `seen` events. */
function nextSnapshot(viewer: Viewer, seen: number): Promise<FollowEvent> {
  return viewer.event(event => event.type === 'snapshot' && viewer.events.indexOf(event) >= seen);
}

interface Asked {
  readonly question: string;
  readonly answer: string;
}

/** A conversation in which these messages were asked and answered. */
async function chatOf(host: HostUnderTest, ...texts: readonly string[]) {
  const conversationId = await newChat(host);
  const viewer = follow(host.client, conversationId);
  const turns: Asked[] = [];
  for (const text of texts) turns.push(await ask(host, viewer, conversationId, text));
  const [first = { question: '', answer: '' }, second = first] = turns;
  return { conversationId, viewer, turns, first, second };
}

async function ask(
  { client }: HostUnderTest,
  viewer: Viewer,
  conversationId: string,
  text: string,
): Promise<Asked> {
  const sent = await client.call('chat.send', { conversationId, text });
  await viewer.ended(sent.answerId);
  return { question: sent.userMessageId, answer: sent.answerId };
}

/** Every move there is, made with the messages of this turn. */
function everyMove(
  client: Client<AppContract>,
  conversationId: string,
  { question, answer }: Asked,
): (() => Promise<unknown>)[] {
  return [
    () => client.call('chat.send', { conversationId, text: 'x' }),
    () => client.call('chat.edit', { conversationId, messageId: question, text: 'x' }),
    () => client.call('chat.regenerate', { conversationId, messageId: answer }),
    () => client.call('chat.continue', { conversationId, messageId: answer }),
    () => client.call('chat.deleteTurn', { conversationId, messageId: question }),
    () => client.call('chat.selectBranch', { conversationId, messageId: question }),
  ];
}

describe('an edited message', () => {
  test('the first version, its answer or later turns would be lost, or be read with it', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { client } = host;
    const { conversationId, viewer, first } = await chatOf(host, 'One', 'Two');
    const other = follow(host.connect(), conversationId);
    await other.event(event => event.type === 'snapshot');
    const edited = await client.call('chat.edit', {
      conversationId,
      messageId: first.question,
      text: ' One, better\n',
    });
    for (const each of [viewer, other]) {
      const answer = await each.ended(edited.answerId);
      expect(answer).toMatchObject({ text: '1 messages read', parentId: edited.userMessageId });
    }
    const now = await shown(client, conversationId);
    expect(now.messages.map(({ text }) => text)).toEqual([' One, better', '1 messages read']);
    expect(now.branches).toEqual({
      [edited.userMessageId]: [first.question, edited.userMessageId],
    });

    const seen = other.events.length;
    await client.call('chat.selectBranch', { conversationId, messageId: first.question });
    const switched = await nextSnapshot(other, seen);
    expect(switched).toEqual(await shown(client, conversationId));
    expect(await textsShown(client, conversationId)).toEqual([
      'One',
      '1 messages read',
      'Two',
      '3 messages read',
    ]);
  });

  test('a name that the conversation had would become that of the new version', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { conversationId, viewer, first } = await chatOf(host, 'The old name');
    const edited = await host.client.call('chat.edit', {
      conversationId,
      messageId: first.question,
      text: 'Something else',
    });
    await viewer.ended(edited.answerId);
    const [listed] = await host.client.call('conversations.list', { query: 'something' });
    expect(listed?.title).toBe('The old name');
  });

  test('an edit while the model still loads would be refused, or mixed with another move', async () => {
    await using directory = await createTemporaryDirectory();
    const given = { dataDirectory: directory.path };
    let chat: Awaited<ReturnType<typeof chatOf>>;
    {
      await using host = await startHost({ engine: 'steady-engine', ...given });
      chat = await chatOf(host, 'One');
    }
    const { conversationId, first } = chat;
    const edit = { conversationId, messageId: first.question, text: 'One, better' };
    {
      await using host = await startHost({ engine: 'never-ready', ...given });
      const waits = host.client.call('chat.edit', edit);
      for (const move of everyMove(host.client, conversationId, first)) {
        await expect(move()).rejects.toMatchObject({ code: 'busy' });
      }
      await host.client.call('chat.stop', { conversationId });
      await expect(waits).rejects.toMatchObject({ code: 'cancelled' });
      expect(await textsShown(host.client, conversationId)).toEqual(['One', '1 messages read']);
    }
    await using host = await startHost({ engine: 'steady-engine', ...given });
    const viewer = follow(host.client, conversationId);
    const { answerId } = await host.client.call('chat.edit', edit);
    expect(await viewer.ended(answerId)).toMatchObject({ text: '1 messages read' });
  });

  test('without a model it would be stored and never be answered', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { conversationId, first } = await chatOf(host, 'One');
    await host.client.call('model.unload', {});
    await untilModel(host.client, 'none');
    for (const move of [
      () =>
        host.client.call('chat.edit', { conversationId, messageId: first.question, text: 'Two' }),
      () => host.client.call('chat.regenerate', { conversationId, messageId: first.answer }),
    ]) {
      await expect(move()).rejects.toMatchObject({ code: 'no-model' });
    }
    const now = await shown(host.client, conversationId);
    expect(now).toMatchObject({ messages: [{ text: 'One' }, {}], branches: {} });
  });
});

describe('a regenerated answer', () => {
  test('the first one would be lost, or be read by the model before the second', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { client } = host;
    const { conversationId, viewer, first, second } = await chatOf(host, 'One', 'Two');
    const again = await client.call('chat.regenerate', {
      conversationId,
      messageId: second.answer,
    });
    expect(await viewer.ended(again.answerId)).toMatchObject({
      text: '3 messages read',
      parentId: second.question,
    });
    expect((await shown(client, conversationId)).branches).toEqual({
      [again.answerId]: [second.answer, again.answerId],
    });

    await client.call('chat.selectBranch', { conversationId, messageId: second.answer });
    const next = await ask(host, viewer, conversationId, 'Three');
    expect(await viewer.ended(next.answer)).toMatchObject({ text: '5 messages read' });
    const ids = (await shown(client, conversationId)).messages.map(({ id }) => id);
    expect(ids).toEqual([
      ...[first.question, first.answer, second.question, second.answer],
      ...[next.question, next.answer],
    ]);
  });

  test('the export would hold branches that are not shown', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { conversationId, viewer, first } = await chatOf(host, 'One');
    const edited = await host.client.call('chat.edit', {
      conversationId,
      messageId: first.question,
      text: 'Another one',
    });
    await viewer.ended(edited.answerId);
    await host.client.call('chat.selectBranch', { conversationId, messageId: first.answer });
    const { text } = await host.client.call('conversations.export', {
      conversationId,
      format: 'json',
    });
    expect(JSON.parse(text)).toMatchObject({
      messages: [{ id: first.question }, { id: first.answer }],
    });
    expect(text).not.toContain('Another one');
  });
});

describe('a deleted turn', () => {
  test('later turns would go with it, and the model still read what was deleted', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { client } = host;
    const { conversationId, viewer, first, second, turns } = await chatOf(
      host,
      ...['Ants', 'Bees', 'Crows'],
    );
    const again = await client.call('chat.regenerate', {
      conversationId,
      messageId: turns[2]?.answer ?? '',
    });
    await viewer.ended(again.answerId);
    const other = follow(host.connect(), conversationId);
    await other.event(event => event.type === 'snapshot');
    const seen = other.events.length;
    await client.call('chat.deleteTurn', { conversationId, messageId: second.question });
    expect(await nextSnapshot(other, seen)).toMatchObject({
      messages: [
        { id: first.question },
        { id: first.answer },
        { text: 'Crows', parentId: first.answer },
        { id: again.answerId },
      ],
      branches: { [again.answerId]: [turns[2]?.answer, again.answerId] },
    });
    expect(await client.call('conversations.list', { query: 'bees' })).toEqual([]);
    expect(await client.call('conversations.list', { query: 'crows' })).toHaveLength(1);
    const next = await ask(host, viewer, conversationId, 'Ducks');
    expect(await viewer.ended(next.answer)).toMatchObject({ text: '5 messages read' });

    // The last one, then the first one, until nothing is left.
    await client.call('chat.deleteTurn', { conversationId, messageId: next.question });
    expect(await textsShown(client, conversationId)).toEqual([
      ...['Ants', '1 messages read', 'Crows', '5 messages read'],
    ]);
    await client.call('chat.deleteTurn', { conversationId, messageId: first.question });
    expect(await textsShown(client, conversationId)).toEqual(['Crows', '5 messages read']);
    const { messages } = await shown(client, conversationId);
    await client.call('chat.deleteTurn', { conversationId, messageId: messages[0]?.id ?? '' });
    expect(await shown(client, conversationId)).toMatchObject({ messages: [], branches: {} });
  });

  test('another version of it would be out of reach afterwards', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { client } = host;
    const { conversationId, viewer, second } = await chatOf(host, 'One', 'Two');
    const edited = await client.call('chat.edit', {
      conversationId,
      messageId: second.question,
      text: 'Two, better',
    });
    await viewer.ended(edited.answerId);
    await client.call('chat.deleteTurn', { conversationId, messageId: edited.userMessageId });
    const now = await shown(client, conversationId);
    expect(now.messages.at(-1)?.id).toBe(second.answer);
    expect(now.branches).toEqual({});
  });

  test('half of it would be deleted when the disk refuses the other half', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { conversationId, first } = await chatOf(host, 'One', 'Two');
    const before = await shown(host.client, conversationId);
    refuseInDatabase(host, 'BEFORE DELETE ON messages');
    const refused = host.client.call('chat.deleteTurn', {
      conversationId,
      messageId: first.question,
    });
    await expect(refused).rejects.toMatchObject({ code: 'storage-failed' });
    expect(await shown(host.client, conversationId)).toEqual(before);
  });
});

describe('a continued answer', () => {
  const partTwo = (before: string) => `${before} and, after "${before}" (2 messages), another`;

  test('it would become another message, lose its beginning, or be told twice', async () => {
    await using host = await startHost({ engine: 'answers-in-parts' });
    const { client } = host;
    const { conversationId, viewer, first } = await chatOf(host, 'One');
    const seen = viewer.events.length;
    await client.call('chat.continue', { conversationId, messageId: first.answer });
    const ended = await viewer.event(
      event =>
        viewer.events.indexOf(event) >= seen &&
        event.type === 'message' &&
        event.message.status === 'done',
    );
    const text = partTwo('The first part');
    expect(ended).toMatchObject({
      message: { id: first.answer, text, figures: { stopReason: 'end-of-turn' } },
    });
    const told = viewer.events.slice(seen).filter(({ type }) => type !== 'conversation');
    expect(told.slice(0, 2)).toMatchObject([
      { type: 'message', message: { text: 'The first part', status: 'running', figures: null } },
      { type: 'delta', text: text.slice('The first part'.length) },
    ]);
    expect(await shown(client, conversationId)).toMatchObject({
      messages: [{ text: 'One' }, { id: first.answer, text }],
      branches: {},
    });
    expect(await client.call('conversations.list', { query: 'another' })).toHaveLength(1);
    const whole = client.call('chat.continue', { conversationId, messageId: first.answer });
    await expect(whole).rejects.toMatchObject({ code: 'not-allowed' });
  });

  test('a stop, or the engine’s death, would take what there was before', async () => {
    await using host = await startHost({ engine: 'answers-in-parts' });
    const { client } = host;
    const ends: Message[] = [];
    for (const text of ['One that waits', 'One that dies']) {
      const { conversationId, viewer, first } = await chatOf(host, text);
      const seen = viewer.events.length;
      await client.call('chat.continue', { conversationId, messageId: first.answer });
      await viewer.event(event => event.type === 'delta' && viewer.events.indexOf(event) >= seen);
      if (text.includes('waits')) await client.call('chat.stop', { conversationId });
      const end = await viewer.event(
        event =>
          viewer.events.indexOf(event) >= seen &&
          event.type === 'message' &&
          event.message.status !== 'running',
      );
      if (end.type === 'message') ends.push(end.message);
      expect((await shown(client, conversationId)).messages[1]).toEqual(ends.at(-1));
    }
    const text = partTwo('The first part');
    expect(ends).toMatchObject([
      { text, status: 'done', figures: { stopReason: 'stopped' }, error: null },
      { text, status: 'failed', figures: null, error: { code: 'engine-crashed' } },
    ]);
  });

  test('what the engine’s death left could not be continued, after a restart of the app either', async () => {
    await using directory = await createTemporaryDirectory();
    const given = { dataDirectory: directory.path };
    let chat: Awaited<ReturnType<typeof chatOf>>;
    {
      await using host = await startHost({ engine: 'dies-in-answer', ...given });
      chat = await chatOf(host, 'One');
    }
    const { conversationId, first } = chat;
    await using host = await startHost({ engine: 'answers-in-parts', ...given });
    const viewer = follow(host.client, conversationId);
    await host.client.call('chat.continue', { conversationId, messageId: first.answer });
    expect(await viewer.ended(first.answer)).toMatchObject({
      text: partTwo('Once upon a time'),
      status: 'done',
      error: null,
    });
  });

  test('an app that is closed meanwhile would leave it running, or only its beginning', async () => {
    await using directory = await createTemporaryDirectory();
    const given = { engine: 'answers-in-parts', dataDirectory: directory.path };
    let id: string;
    {
      await using host = await startHost(given);
      const { conversationId, viewer, first } = await chatOf(host, 'One that waits');
      id = conversationId;
      const seen = viewer.events.length;
      await host.client.call('chat.continue', { conversationId, messageId: first.answer });
      await viewer.event(event => event.type === 'delta' && viewer.events.indexOf(event) >= seen);
    }
    await using host = await startHost(given);
    expect((await shown(host.client, id)).messages[1]).toMatchObject({
      text: partTwo('The first part'),
      status: 'failed',
    });
  });
});

describe('a move', () => {
  test('during an answer it would pull the branch away from under it', async () => {
    await using host = await startHost({ engine: 'answers-until-stopped' });
    const { client } = host;
    const conversationId = await newChat(host);
    const viewer = follow(client, conversationId);
    const sent = await client.call('chat.send', { conversationId, text: 'One' });
    const asked = { question: sent.userMessageId, answer: sent.answerId };
    for (const move of everyMove(client, conversationId, asked)) {
      await expect(move()).rejects.toMatchObject({
        code: 'busy',
        message: expect.stringContaining('still being written'),
      });
    }
    await client.call('chat.stop', { conversationId });
    await viewer.ended(sent.answerId);
    expect(await shown(client, conversationId)).toMatchObject({
      messages: [{ id: asked.question }, { id: asked.answer }],
      branches: {},
    });
  });

  test('a message of another conversation, or one that is gone, would be moved', async () => {
    await using host = await startHost({ engine: 'steady-engine' });
    const { conversationId } = await chatOf(host, 'One');
    const { first: elsewhere } = await chatOf(host, 'Elsewhere');
    const gone = { question: randomUUID(), answer: randomUUID() };
    for (const target of [elsewhere, gone]) {
      for (const move of everyMove(host.client, conversationId, target).slice(1)) {
        await expect(move()).rejects.toMatchObject({
          code: 'not-found',
          message: expect.stringContaining('message'),
        });
      }
    }
  });

  test('it would be made with the wrong kind of message', async () => {
    await using host = await startHost({ engine: 'answers-in-parts' });
    const { client } = host;
    const { conversationId, first } = await chatOf(host, 'One', 'Two');
    for (const move of [
      () => client.call('chat.edit', { conversationId, messageId: first.answer, text: 'x' }),
      () => client.call('chat.regenerate', { conversationId, messageId: first.question }),
      () => client.call('chat.continue', { conversationId, messageId: first.question }),
      () => client.call('chat.deleteTurn', { conversationId, messageId: first.answer }),
      // An answer that another question follows would no longer be what that one was asked after.
      () => client.call('chat.continue', { conversationId, messageId: first.answer }),
    ]) {
      await expect(move()).rejects.toMatchObject({ code: 'not-allowed' });
    }
    expect((await shown(client, conversationId)).messages).toHaveLength(4);
  });

  test('a restart would show another branch, and forget where one was in the others', async () => {
    await using directory = await createTemporaryDirectory();
    const given = { engine: 'steady-engine', dataDirectory: directory.path };
    let before: Snapshot;
    let edited: { userMessageId: string; answerId: string };
    {
      await using host = await startHost(given);
      const { conversationId, viewer, first } = await chatOf(host, 'One', 'Two');
      edited = await host.client.call('chat.edit', {
        conversationId,
        messageId: first.question,
        text: 'One, better',
      });
      await viewer.ended(edited.answerId);
      await host.client.call('chat.selectBranch', { conversationId, messageId: first.question });
      before = await shown(host.client, conversationId);
    }
    await using host = await startHost(given);
    const conversationId = before.conversation.id;
    expect(await shown(host.client, conversationId)).toEqual(before);
    for (const messageId of [edited.userMessageId, before.messages[0]?.id ?? '']) {
      await host.client.call('chat.selectBranch', { conversationId, messageId });
    }
    expect(await shown(host.client, conversationId)).toEqual(before);
  });
});
