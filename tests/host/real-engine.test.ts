import { describe, expect, test } from 'vitest';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { follow, startHost, until, untilEngine, untilModel } from './host-under-test.ts';

const sampling = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  seed: 1,
  maxTokens: 24,
};
const options = loadOptionsSchema.parse({ backend: 'cpu', contextLength: 1024, threads: 1 });

describe('the host with the real engine', () => {
  test('a whole turn would fail somewhere between the message and its figures', async () => {
    await using host = await startHost({ initialModelPath: null });
    const report = await host.client.call('model.load', {
      path: await ensureModel('tiny'),
      options,
    });
    expect(report.options).toEqual(options);
    const { id } = await host.client.call('conversations.create', {});
    await host.client.call('conversations.update', { conversationId: id, sampling });
    const viewer = follow(host.client, id);

    const first = await host.client.call('chat.send', { conversationId: id, text: 'Hello there' });
    const answer = await viewer.ended(first.answerId);
    expect(answer).toMatchObject({ status: 'done', error: null });
    expect(answer.figures?.generatedTokens).toBeGreaterThan(0);
    const streamed = viewer.events
      .map(event => (event.type === 'delta' && event.segment === 'answer' ? event.text : ''))
      .join('');
    expect(answer.text).toBe(streamed);

    const second = await host.client.call('chat.send', { conversationId: id, text: 'And again' });
    const next = await viewer.ended(second.answerId);
    expect(next.figures?.reusedTokens).toBeGreaterThan(0);
    const late = await follow(host.connect(), id).event(event => event.type === 'snapshot');
    expect(late).toMatchObject({ messages: [{}, answer, {}, next] });
    // A signal may still show the turn before when the answer has ended; it must arrive at this one.
    await until(
      host.client,
      'telemetry',
      (value): value is NonNullable<typeof value> =>
        value?.phase === 'idle' && value.cacheUsedTokens === next.figures?.cacheUsedTokens,
    );
  });

  test.each([
    ['the built-in model', 'tiny', true],
    ['a model of the user', 'head-80', false],
  ] as const)('doubt would be measured of the wrong model: %s', async (_name, model, measured) => {
    await using host = await startHost({ initialModelPath: await ensureModel(model) });
    const { id } = await host.client.call('conversations.create', {});
    await host.client.call('conversations.update', { conversationId: id, sampling });
    const viewer = follow(host.client, id);
    const { answerId } = await host.client.call('chat.send', { conversationId: id, text: 'Hello' });
    const probability = (await viewer.ended(answerId)).figures?.openingProbability ?? null;
    expect(probability !== null).toBe(measured);
    // Eight random words: possible, and far from certain.
    if (measured) expect(probability).toBeLessThan(0.5);
  });

  test('an engine killed in mid-answer would take answer, model or next message along', async () => {
    await using host = await startHost({ initialModelPath: null });
    const path = await ensureModel('medium');
    await host.client.call('model.load', { path, options });
    const { id } = await host.client.call('conversations.create', {});
    // Greedy, and without a limit, this model talks until its context is full.
    const endless = { ...sampling, maxTokens: null };
    await host.client.call('conversations.update', { conversationId: id, sampling: endless });
    const viewer = follow(host.client, id);
    const first = await host.client.call('chat.send', { conversationId: id, text: 'A story' });
    await viewer.event(event => event.type === 'delta' && event.text.trim() !== '');
    const { processId } = await untilEngine(host.client, 'ready');
    process.kill(processId, 'SIGKILL');

    const cut = await viewer.ended(first.answerId);
    expect(cut).toMatchObject({ status: 'failed', error: { code: 'engine-crashed' } });
    expect(cut.text).not.toBe('');
    await host.client.call('conversations.update', { conversationId: id, sampling });
    const second = await host.client.call('chat.send', { conversationId: id, text: 'Go on' });
    const answer = await viewer.ended(second.answerId);
    expect(answer).toMatchObject({ status: 'done', error: null });
    const { report } = await untilModel(host.client, 'loaded');
    expect(report.planned.model.path).toBe(path);
    expect(report.options).toEqual(options);
    expect(host.exits.map(({ signal }) => signal)).toEqual(['SIGKILL']);
  });

  test('a stop would lose what was written, or leave the conversation stuck', async () => {
    await using host = await startHost({ initialModelPath: null });
    await host.client.call('model.load', { path: await ensureModel('medium'), options });
    const { id } = await host.client.call('conversations.create', {});
    const endless = { ...sampling, maxTokens: null };
    await host.client.call('conversations.update', { conversationId: id, sampling: endless });
    const viewer = follow(host.client, id);
    const first = await host.client.call('chat.send', { conversationId: id, text: 'A story' });
    await viewer.event(event => event.type === 'delta' && event.text.trim() !== '');
    await host.client.call('chat.stop', { conversationId: id });
    const stopped = await viewer.ended(first.answerId);
    expect(stopped).toMatchObject({ status: 'done', figures: { stopReason: 'stopped' } });
    expect(stopped.text).not.toBe('');

    await host.client.call('conversations.update', { conversationId: id, sampling });
    const second = await host.client.call('chat.send', { conversationId: id, text: 'Go on' });
    expect(await viewer.ended(second.answerId)).toMatchObject({ status: 'done' });
  });

  test('a prompt that cannot fit would vanish, or block every message after it', async () => {
    await using host = await startHost({ initialModelPath: null });
    await host.client.call('model.load', {
      path: await ensureModel('tiny'),
      options: { ...options, contextLength: 256 },
    });
    const { id } = await host.client.call('conversations.create', {});
    await host.client.call('conversations.update', { conversationId: id, sampling });
    const viewer = follow(host.client, id);
    const text = 'far too long '.repeat(500);
    const first = await host.client.call('chat.send', { conversationId: id, text });
    expect(await viewer.ended(first.answerId)).toMatchObject({
      status: 'failed',
      error: { code: 'prompt-too-long' },
    });
    const second = await host.client.call('chat.send', { conversationId: id, text: 'Short' });
    expect(await viewer.ended(second.answerId)).toMatchObject({ status: 'done' });
  });

  test('a bad file would cost the model before it', async () => {
    await using host = await startHost({ initialModelPath: null });
    const path = await ensureModel('tiny');
    await host.client.call('model.load', { path, options });
    const missing = host.client.call('model.load', { path: `${path}.gone`, options });
    await expect(missing).rejects.toMatchObject({ code: 'model-file-missing' });
    const { report } = await until(
      host.client,
      'model',
      (value): value is Extract<typeof value, { phase: 'loaded' }> =>
        value.phase === 'loaded' && value.error !== null,
    );
    expect(report.planned.model.path).toBe(path);
  });
});
