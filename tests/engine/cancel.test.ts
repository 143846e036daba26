import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TurnPacket } from '#shared/contract/engine-contract.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  answerMessage,
  type EngineUnderTest,
  reproducible,
  runTurn,
  startEngine,
  userMessage,
} from './engine-under-test.ts';

const longText = Array.from({ length: 120 }, (_, i) => `item ${i} of the list`).join(', ');

let engine: EngineUnderTest;
let medium: string;

beforeAll(async () => {
  engine = startEngine();
  medium = await ensureModel('medium');
  await engine.load(medium, { contextLength: 4096, ...reproducible });
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

function isPrefillPast(packet: TurnPacket, share: number): boolean {
  return (
    packet.type === 'progress' &&
    packet.progress.phase === 'prefill' &&
    packet.progress.doneTokens > packet.progress.totalTokens * share
  );
}

it('would catch a stop in mid-prefill that loses the cache or leaves it wrong', async () => {
  const answerId = randomUUID();
  const messages = [userMessage(longText)];
  let stopping: Promise<null> | undefined;
  const stopped = await runTurn(engine, messages, {
    answerId,
    onPacket(packet) {
      if (isPrefillPast(packet, 0.3)) stopping ??= engine.client.call('turn.stop', { answerId });
    },
  });
  await stopping;
  expect(stopped.figures).toMatchObject({
    stopReason: 'stopped',
    ttftMs: null,
    generatedTokens: 0,
    openingProbability: null,
    prediction: null,
    decodeTokensPerSecond: null,
    interTokenLatency: null,
  });
  expect(stopped.figures.prefilledTokens).toBe(stopped.figures.cacheUsedTokens);
  expect(stopped.text).toBe('');
  const whole = await runTurn(engine, messages);
  expect(whole.figures.reusedTokens).toBe(stopped.figures.prefilledTokens);
  expect(whole.figures.reusedTokens).toBeLessThan(whole.figures.promptTokens);

  await using fresh = startEngine();
  await fresh.load(medium, { contextLength: 4096, ...reproducible });
  expect((await runTurn(fresh, messages)).text).toBe(whole.text);
});

it('would catch a stop while decoding that takes effect late or breaks the next turn', async () => {
  const answerId = randomUUID();
  const messages = [userMessage('Please talk for a while.')];
  let textAtStop = 0;
  let stopping: Promise<null> | undefined;
  const stopped = await runTurn(engine, messages, {
    answerId,
    sampling: { maxTokens: 2000 },
    onPacket(packet) {
      if (packet.type !== 'text') return;
      textAtStop++;
      if (textAtStop === 3) stopping = engine.client.call('turn.stop', { answerId });
    },
  });
  await stopping;
  expect(stopped.figures.stopReason).toBe('stopped');
  expect(stopped.figures.generatedTokens).toBeLessThan(2000);
  const next = [...messages, answerMessage(stopped), userMessage('Thanks. And now?')];
  const continued = await runTurn(engine, next);
  expect(continued.figures.reusedTokens).toBe(stopped.figures.cacheUsedTokens);

  // The same history without a stop: greedy, and ended by the count of tokens.
  await using fresh = startEngine();
  await fresh.load(medium, { contextLength: 4096, ...reproducible });
  const ended = await runTurn(fresh, messages, {
    answerId,
    sampling: { maxTokens: stopped.figures.generatedTokens },
  });
  expect(ended.text).toBe(stopped.text);
  expect((await runTurn(fresh, next)).text).toBe(continued.text);
});

it('would catch a turn that goes on after its client has cancelled the stream', async () => {
  const abort = new AbortController();
  const turn = engine.client.stream(
    'turn.run',
    {
      conversationId: randomUUID(),
      answerId: randomUUID(),
      systemPrompt: '',
      messages: [userMessage('Talk without end.')],
      sampling: { temperature: 0 },
      measuresOpening: false,
    },
    {
      signal: abort.signal,
      onItem(packet) {
        if (packet.type === 'text') abort.abort();
      },
    },
  );
  await expect(turn).rejects.toMatchObject({ code: 'cancelled' });
  // Queued behind the cancelled one: it would wait for thousands of tokens.
  const next = await runTurn(engine, [userMessage('Hello')], { sampling: { maxTokens: 2 } });
  expect(next.figures.cacheUsedTokens).toBeLessThan(100);
});

it('would catch a queued turn that cannot be stopped', async () => {
  const running = runTurn(engine, [userMessage('First.')], { sampling: { maxTokens: 60 } });
  const answerId = randomUUID();
  const queued = await runTurn(engine, [userMessage('Second.')], {
    answerId,
    onPacket() {
      void engine.client.call('turn.stop', { answerId });
    },
  });
  expect(queued.figures).toMatchObject({ stopReason: 'stopped', generatedTokens: 0 });
  expect((await running).figures.generatedTokens).toBe(60);
});

it('would catch a stop for an answer that has ended already being an error', async () => {
  expect(await engine.client.call('turn.stop', { answerId: randomUUID() })).toBeNull();
});
