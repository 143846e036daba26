import { describe, expect, test, vi } from 'vitest';
import { crashLimit } from '#host/engine/crash-breaker.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import {
  follow,
  newChat,
  refuseInDatabase,
  startHost,
  until,
  untilModel,
} from './host-under-test.ts';

const options = loadOptionsSchema.parse({});

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

    const orphaned = expect(host.client.call('chat.send', next)).rejects.toMatchObject({
      code: 'not-found',
    });
    await host.client.call('conversations.delete', { conversationId: id });
    await orphaned;
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
    const attempts = [
      host.client.call('conversations.delete', { conversationId }),
      host.client.call('conversations.update', { conversationId, title: 'x' }),
      host.client.call('chat.send', { conversationId, text: 'x' }),
      host.client.call('conversations.export', { conversationId, format: 'json' }),
      follow(host.client, conversationId).closed,
    ];
    await Promise.all(
      attempts.map(attempt => expect(attempt).rejects.toMatchObject({ code: 'not-found' })),
    );
  });
});
