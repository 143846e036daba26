import { describe, expect, test } from 'vitest';
import type { FollowEvent } from '#shared/chat/follow-event.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  follow,
  type HostUnderTest,
  newChat,
  startHost,
  untilEngine,
  untilModel,
  type Viewer,
} from './host-under-test.ts';

/** Of the tests alone; whatever waits here waits for what happens. */
const quietMs = 300;
const options = loadOptionsSchema.parse({ backend: 'cpu', contextLength: 8192, threads: 1 });
const endless = samplingSchema.parse({ temperature: 0, seed: 1, maxTokens: null });
const short = { ...endless, maxTokens: 8 };
/** More than a thousand tokens: seconds of prefill in many chunks. */
const longText = 'The cache keeps the keys and values of every token. '.repeat(100);

async function startWithModel(): Promise<HostUnderTest> {
  const host = await startHost({ initialModelPath: null, quietMs });
  await host.client.call('model.load', { path: await ensureModel('medium'), options });
  return host;
}

/** A new conversation with its first message sent. */
async function ask(host: HostUnderTest, text: string, sampling = endless) {
  const id = await newChat(host);
  await host.client.call('conversations.update', { conversationId: id, sampling });
  const viewer = follow(host.client, id);
  const { answerId } = await host.client.call('chat.send', { conversationId: id, text });
  return { id, viewer, answerId };
}

/** Stops the engine's process where it stands; the returned function lets it go on. */
async function freezeEngine({ client }: HostUnderTest): Promise<() => void> {
  const { processId } = await untilEngine(client, 'ready');
  process.kill(processId, 'SIGSTOP');
  return () => process.kill(processId, 'SIGCONT');
}

/** The first event from now on that is as wanted: a busy machine may have stalled by itself before. */
async function next(viewer: Viewer, wanted: (event: FollowEvent) => boolean): Promise<FollowEvent> {
  const seen = viewer.events.length;
  return await viewer.event(event => viewer.events.indexOf(event) >= seen && wanted(event));
}

const stalls = (event: FollowEvent) => event.type === 'stall' && event.stall !== null;
const goesOn = (event: FollowEvent) => event.type === 'stall' && event.stall === null;
const reads = (event: FollowEvent) =>
  event.type === 'progress' && event.progress.phase === 'prefill' && event.progress.doneTokens > 0;
const writes = (event: FollowEvent) => event.type === 'delta' && event.text.trim() !== '';

// Only there can a process be stopped without being ended.
describe.skipIf(process.platform === 'win32')('an engine that stands still', () => {
  test('in the middle of a prompt nobody would be told, or the turn be ended for it', async () => {
    await using host = await startWithModel();
    const { id, viewer, answerId } = await ask(host, longText, short);
    await viewer.event(reads);
    const goOn = await freezeEngine(host);
    await next(viewer, stalls);

    const late = await follow(host.connect(), id).event(event => event.type === 'snapshot');
    expect(late).toMatchObject({
      messages: [{}, { id: answerId, status: 'running' }],
      stall: { quietMs: expect.any(Number) },
    });
    const moved = next(viewer, goesOn);
    goOn();
    await moved;
    expect(await viewer.ended(answerId)).toMatchObject({ status: 'done', error: null });
    expect(host.launches()).toBe(1);
    const after = await follow(host.connect(), id).event(event => event.type === 'snapshot');
    expect(after).toMatchObject({ stall: null });
  });

  test('a turn behind it would wait without a word, whenever it came', async () => {
    await using host = await startWithModel();
    const stuck = await ask(host, longText, short);
    await stuck.viewer.event(reads);
    const before = await ask(host, 'I came before it stood still', short);
    const goOn = await freezeEngine(host);
    await before.viewer.event(stalls);
    const after = await ask(host, 'I came after', short);
    await after.viewer.event(stalls);
    // Not before anybody can know which message it is about.
    const kinds = after.viewer.events.map(({ type }) => type);
    expect(kinds.indexOf('stall')).toBeGreaterThan(kinds.lastIndexOf('message'));
    goOn();
    for (const { viewer, answerId } of [stuck, before, after]) {
      expect(await viewer.ended(answerId)).toMatchObject({ status: 'done' });
    }
  });

  test('restarted, it would take the answer, the model or its options along, or be called crashed', async () => {
    await using host = await startWithModel();
    const { viewer, answerId } = await ask(host, 'A story');
    const waiting = await ask(host, 'I wait behind it');
    await viewer.event(writes);
    await freezeEngine(host);
    await next(viewer, stalls);
    await host.client.call('engine.restart', {});

    const cut = await viewer.ended(answerId);
    expect(cut).toMatchObject({ status: 'failed', error: { code: 'engine-restarted' } });
    expect(cut.text).not.toBe('');
    expect(cut.error?.message).toBe('The engine was restarted at your request.');
    expect(await waiting.viewer.ended(waiting.answerId)).toMatchObject({
      error: { code: 'engine-restarted' },
    });

    const { conversationId, id: messageId } = cut;
    await host.client.call('conversations.update', { conversationId, sampling: short });
    // Waits for the model, which comes back by itself.
    await host.client.call('chat.continue', { conversationId, messageId });
    const ended = (event: FollowEvent) =>
      event.type === 'message' && event.message.id === answerId && event.message.status === 'done';
    const continued = await viewer.event(ended);
    expect(continued).toMatchObject({ message: { text: expect.stringContaining(cut.text) } });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.options).toEqual(options);
    expect(report.planned.model.path).toBe(await ensureModel('medium'));
    const engine = await untilEngine(host.client, 'ready');
    expect(engine.generation).toBe(2);
    expect(host.exits.map(({ signal }) => signal)).toEqual(['SIGKILL']);
  });

  test('a stop that it does not hear would be answered never, or be forgotten', async () => {
    await using host = await startWithModel();
    const { id, viewer, answerId } = await ask(host, 'A story');
    await viewer.event(writes);
    await freezeEngine(host);
    const stopped = host.client.call('chat.stop', { conversationId: id });
    await next(viewer, stalls);
    await host.client.call('engine.restart', {});
    await expect(stopped).resolves.toBeNull();
    expect(await viewer.ended(answerId)).toMatchObject({ error: { code: 'engine-restarted' } });
  });
});
