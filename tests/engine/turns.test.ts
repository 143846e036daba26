import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, LlamaLogLevel, resolveChatWrapper, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { MODEL_PATH } from '#tools/demo-model/resource.ts';
import { writeGguf } from '#tools/gguf/gguf-writer.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import { randomModel } from '#tools/models/random-model.ts';
import { RECIPES } from '#tools/models/recipes.ts';
import {
  answerMessage,
  type EngineUnderTest,
  loadReproducible,
  reproducible,
  runTurn,
  startEngine,
  type Turn,
  type TurnControl,
  userMessage,
} from './engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(() => {
  engine = startEngine();
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

const load = (name: ModelName, contextLength: number) =>
  loadReproducible(engine, name, contextLength);

/** Runs a conversation of several turns and keeps its messages. */
async function converse(texts: readonly string[], control: TurnControl = {}) {
  const messages: PromptMessage[] = [];
  const turns: Turn[] = [];
  for (const text of texts) {
    messages.push(userMessage(text));
    const turn = await runTurn(engine, messages, control);
    turns.push(turn);
    messages.push(answerMessage(turn));
  }
  return { messages, turns };
}

const tenQuestions = Array.from({ length: 10 }, (_, i) => `Question number ${i}: why is that so?`);

describe('reuse', () => {
  it.each(['tiny', 'sliding-window'] as const)(
    'would catch anything read again over ten turns of %s',
    async name => {
      await load(name, 4096);
      // At this temperature the answers are texts that no tokenizer would cut in the same way.
      const { turns } = await converse(tenQuestions, {
        sampling: { temperature: 1.5, topK: 0, topP: 1, minP: 0, seed: 7, maxTokens: 40 },
        systemPrompt: 'You answer in words.',
      });
      for (const [index, { figures }] of turns.entries()) {
        const previous = turns[index - 1]?.figures;
        if (previous === undefined) {
          expect(figures.reusedTokens).toBe(0);
          continue;
        }
        // All that was in the cache is kept, so all that is evaluated is new.
        expect(figures.reusedTokens).toBe(previous.cacheUsedTokens);
        const newTokens = figures.promptTokens - previous.promptTokens - previous.generatedTokens;
        expect(figures.prefilledTokens).toBeLessThanOrEqual(newTokens + 2);
      }
    },
  );

  it('would catch tokens of another text spliced in for an edited answer', async () => {
    await load('tiny', 2048);
    const { messages, turns } = await converse(['First?', 'Second?']);
    const edited = messages.map(message =>
      message.id === turns[0]?.answerId
        ? { ...message, text: 'Something else entirely.' }
        : message,
    );
    const next = await runTurn(engine, [...edited, userMessage('Third?')]);
    await load('sliding-window', 2048);
    await load('tiny', 2048);
    const fresh = await runTurn(engine, [...edited, userMessage('Third?')]);
    expect(next.text).toBe(fresh.text);
  });

  it('would catch a switch between conversations that leaves cells of the other behind', async () => {
    await load('tiny', 2048);
    const first = await converse(['Tell me of the sea.']);
    const again = [...first.messages, userMessage('And of the sky?')];
    const expected = await runTurn(engine, again);
    await converse(['A wholly different beginning, and longer too.', 'Go on.']);
    const back = await runTurn(engine, again);
    expect(back.text).toBe(expected.text);
    expect(back.figures.reusedTokens).toBeLessThan(back.figures.promptTokens);
  });

  it('would catch a sliding window rewound to where its cells are gone', async () => {
    await load('sliding-window', 2048);
    // Much longer than the window of 256 tokens.
    const long = Array.from({ length: 60 }, (_, i) => `word${i} and more of it`).join(', ');
    const { messages } = await converse([long, 'Go on.'], { sampling: { maxTokens: 60 } });
    const shorter = [...messages.slice(0, 2), userMessage('Something else now?')];
    const rewound = await runTurn(engine, shorter);
    await load('tiny', 1024);
    await load('sliding-window', 2048);
    const fresh = await runTurn(engine, shorter);
    expect(rewound.text).toBe(fresh.text);
  });

  it('would catch a full window cache that is read again, or rewound to another answer', async () => {
    const full = { contextLength: 2048, ...reproducible, swaFull: true };
    const path = await ensureModel('sliding-window');
    await engine.load(path, full);
    // Much longer than the window of 256 tokens.
    const long = Array.from({ length: 60 }, (_, i) => `word${i} and more of it`).join(', ');
    const { messages, turns } = await converse([long, 'Go on.'], { sampling: { maxTokens: 60 } });
    const shorter = [...messages.slice(0, 2), userMessage('Something else now?')];
    const rewound = await runTurn(engine, shorter);
    expect(rewound.figures.reusedTokens).toBeGreaterThanOrEqual(
      turns[0]?.figures.promptTokens ?? 0,
    );
    await engine.load(path, { ...full, contextLength: 1024 });
    await engine.load(path, full);
    const fresh = await runTurn(engine, shorter);
    expect(fresh.figures.reusedTokens).toBe(0);
    expect(rewound.text).toBe(fresh.text);
  });

  it('would catch the answer tokens of one answer kept when it is generated again', async () => {
    await load('tiny', 2048);
    const messages = [userMessage('Once more?')];
    const answerId = randomUUID();
    await runTurn(engine, messages, { answerId, sampling: { temperature: 1, seed: 1 } });
    const second = await runTurn(engine, messages, { answerId });
    const follow = [...messages, answerMessage(second), userMessage('And then?')];
    const { figures } = await runTurn(engine, follow);
    expect(figures.reusedTokens).toBe(second.figures.cacheUsedTokens);
  });
});

describe('sampling', () => {
  it('would catch an engine that answers otherwise than llama.cpp at temperature 0', async () => {
    const path = await ensureModel('tiny');
    await engine.load(path, { contextLength: 1024, ...reproducible });
    const turn = await runTurn(engine, [userMessage('What is a cell?')], {
      sampling: { maxTokens: 60 },
    });
    expect(turn.text).toBe(await bareGreedyAnswer(path, 'What is a cell?', 60));
  });

  it('would catch a seed that is not used, or used only once', async () => {
    await load('tiny', 1024);
    const messages = [userMessage('Say something.')];
    const withSeed = (seed: number | null) =>
      runTurn(engine, messages, { sampling: { temperature: 1.2, seed, maxTokens: 40 } });
    const first = await withSeed(42);
    expect((await withSeed(42)).text).toBe(first.text);
    expect((await withSeed(43)).text).not.toBe(first.text);
    const unseeded = [await withSeed(null), await withSeed(null)];
    expect(unseeded[0]?.text).not.toBe(unseeded[1]?.text);
  });

  it('would catch a repeat penalty that does nothing', async () => {
    await load('tiny', 1024);
    const messages = [userMessage('Say something.')];
    const plain = await runTurn(engine, messages, { sampling: { maxTokens: 60 } });
    const penalized = await runTurn(engine, messages, {
      sampling: { maxTokens: 60, repeatPenalty: 1.5 },
    });
    expect(penalized.text).not.toBe(plain.text);
  });

  it('would catch an opening called improbable that is certain, or the other way round', async () => {
    await engine.load(MODEL_PATH, { contextLength: 2048, ...reproducible });
    const opening = async (text: string, temperature: number) => {
      const turn = await runTurn(engine, [userMessage(text)], {
        measuresOpening: true,
        sampling: { temperature, seed: 3, maxTokens: 12 },
      });
      return turn.figures.openingProbability ?? Number.NaN;
    };
    const known = await opening('What is a KV cache?', 0);
    const foreign = await opening('xq zzt ooga 77 blah the of purple', 0);
    expect(known).toBeGreaterThan(0.9);
    expect(known).toBeLessThanOrEqual(1);
    expect(foreign).toBeGreaterThan(0);
    expect(foreign).toBeLessThan(known);
  });

  it('would catch an end of turn that is shown, or not noticed', async () => {
    await engine.load(MODEL_PATH, { contextLength: 2048, ...reproducible });
    const turn = await runTurn(engine, [userMessage('Hello!')], { sampling: { maxTokens: 1500 } });
    expect(turn.figures.stopReason).toBe('end-of-turn');
    expect(turn.text).not.toContain('<|');
    expect(turn.text.length).toBeGreaterThan(0);
  });
});

describe('template', () => {
  it('would catch a model without a template that cannot chat, or reads everything again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'headroom-no-template-'));
    try {
      const path = join(directory, 'no-template.gguf');
      const content = randomModel(RECIPES.tiny);
      const metadata = new Map(content.metadata);
      metadata.delete('tokenizer.chat_template');
      await writeGguf(path, { ...content, metadata });
      const report = await engine.load(path, { contextLength: 1024, ...reproducible });
      expect(report.planned.model.hasChatTemplate).toBe(false);
      const { turns } = await converse(['One?', 'Two?', 'Three?']);
      for (const [index, { figures }] of turns.entries()) {
        expect(figures.reusedTokens).toBe(turns[index - 1]?.figures.cacheUsedTokens ?? 0);
      }
    } finally {
      await engine.client.call('model.unload', {});
      await rm(directory, { recursive: true });
    }
  });

  it('would catch a system prompt that never reaches the model', async () => {
    await load('tiny', 1024);
    const messages = [userMessage('Hello.')];
    const without = await runTurn(engine, messages);
    const withOne = await runTurn(engine, messages, { systemPrompt: 'You are a pirate.' });
    expect(withOne.figures.promptTokens).toBeGreaterThan(without.figures.promptTokens);
    expect(withOne.text).not.toBe(without.text);
  });
});

describe('figures', () => {
  it('would catch parts that do not sum to the time to first token', async () => {
    await load('tiny', 2048);
    const { turns } = await converse(['One.', 'Two.', 'Three.']);
    for (const { figures } of turns) expectConsistent(figures);
  });

  it('would catch progress that runs backwards, or more text packets than promised', async () => {
    await load('medium', 4096);
    const long = 'A rather long question about many things. '.repeat(40);
    const turn = await runTurn(engine, [userMessage(long)], { sampling: { maxTokens: 40 } });
    let done = -1;
    for (const packet of turn.packets) {
      if (packet.type !== 'progress' || packet.progress.phase !== 'prefill') continue;
      expect(packet.progress.doneTokens).toBeGreaterThan(done);
      expect(packet.progress.totalTokens).toBe(turn.figures.prefilledTokens);
      done = packet.progress.doneTokens;
    }
    expect(done).toBe(turn.figures.prefilledTokens);
    const texts = turn.packets.filter(packet => packet.type === 'text').length;
    const ms = turn.figures.interTokenLatency === null ? 0 : decodeMs(turn.figures);
    expect(texts).toBeLessThanOrEqual(Math.ceil((ms / 1000) * 10) + 2);
  });

  it('would catch telemetry that never says how full the cache is', async () => {
    const report = await load('medium', 1024);
    const samples: TelemetrySample[] = [];
    const idleAgain = Promise.withResolvers<void>();
    let turnIsOver = false;
    using _watch = engine.client.watch('telemetry', sample => {
      samples.push(sample);
      if (turnIsOver && sample.phase === 'idle') idleAgain.resolve();
    });
    const turn = runTurn(engine, [userMessage('Count, please.')], { sampling: { maxTokens: 80 } });
    const { figures } = await turn;
    turnIsOver = true;
    if (samples.at(-1)?.phase === 'idle') idleAgain.resolve();
    await idleAgain.promise;
    const last = samples.at(-1);
    expect(last?.cacheUsedTokens).toBe(figures.cacheUsedTokens);
    expect(last?.cacheCapacityTokens).toBe(report.actual.cells);
    expect(last?.cacheCapacityBytes).toBe(report.actual.kvBytes);
    const decoding = samples.filter(sample => sample.phase === 'decode');
    expect(decoding.some(sample => (sample.decodeTokensPerSecond ?? 0) > 0)).toBe(true);
    const fills = decoding.map(sample => sample.cacheUsedTokens);
    expect(fills).toEqual([...fills].sort((a, b) => a - b));
  });
});

describe('limits', () => {
  it('would catch a context that shifts instead of ending the turn when it is full', async () => {
    const report = await load('tiny', 256);
    const full = await runTurn(engine, [userMessage('Go on for ever.')], {
      sampling: { maxTokens: 5000 },
    });
    expect(full.figures.stopReason).toBe('context-full');
    expect(full.figures.promptTokens + full.figures.generatedTokens).toBe(report.contextLength);
    const again = await runTurn(engine, [userMessage('Go on for ever.')], {
      sampling: { maxTokens: 5000 },
    });
    expect(again.text).toBe(full.text);
  });

  it('would catch a prompt too long for the context evaluated in part', async () => {
    await load('tiny', 256);
    const first = await converse(['Short.']);
    const tooLong = [...first.messages, userMessage('word '.repeat(600))];
    const error = await runTurn(engine, tooLong).catch(thrown => thrown);
    expect(error.code).toBe('prompt-too-long');
    expect(error.message).toMatch(/[6-9]\d\d tokens|1,\d{3} tokens/);
    expect(error.message).toContain('255');
    const next = await runTurn(engine, [...first.messages, userMessage('Also short.')]);
    expect(next.figures.reusedTokens).toBe(first.turns[0]?.figures.cacheUsedTokens);
  });

  it('would catch two turns at once in one conversation, or turns that overtake each other', async () => {
    await load('tiny', 1024);
    const conversationId = randomUUID();
    const running = runTurn(engine, [userMessage('One.')], {
      conversationId,
      sampling: { maxTokens: 200 },
    });
    await expect(runTurn(engine, [userMessage('Two.')], { conversationId })).rejects.toMatchObject({
      code: 'busy',
    });
    const queued = await runTurn(engine, [userMessage('Three.')]);
    const first = await running;
    expect(queued.packets[0]).toEqual({ type: 'progress', progress: { phase: 'queued' } });
    expect(queued.figures.ttftParts.queue).toBeGreaterThan(0);
    expectConsistent(queued.figures);
    expect(first.figures.generatedTokens).toBe(200);
  });

  it('would catch a model exchanged under a running turn', async () => {
    await load('tiny', 1024);
    const running = runTurn(engine, [userMessage('One.')], { sampling: { maxTokens: 300 } });
    await expect(load('tiny', 2048)).rejects.toMatchObject({ code: 'busy' });
    await expect(engine.client.call('model.unload', {})).rejects.toMatchObject({ code: 'busy' });
    expect((await running).figures.generatedTokens).toBe(300);
  });
});

function expectConsistent(figures: TurnFigures) {
  const parts = Object.values(figures.ttftParts).reduce((total, part) => total + part, 0);
  expect(Math.abs(parts - (figures.ttftMs ?? 0))).toBeLessThanOrEqual(1);
  expect(figures.promptTokens).toBe(figures.reusedTokens + figures.prefilledTokens);
  expect(figures.prefillTokensPerSecond).toBeCloseTo(
    (figures.prefilledTokens * 1000) / figures.ttftParts.prefill,
    3,
  );
  const { p50, p95, p99, max } = figures.interTokenLatency ?? { p50: 0, p95: 0, p99: 0, max: 0 };
  expect([p50, p95, p99, max]).toEqual([p50, p95, p99, max].sort((a, b) => a - b));
}

function decodeMs(figures: TurnFigures): number {
  return ((figures.generatedTokens - 1) * 1000) / (figures.decodeTokensPerSecond ?? 1);
}

/** The library alone, with nothing of ours. */
async function bareGreedyAnswer(modelPath: string, text: string, count: number): Promise<string> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.disabled,
    maxThreads: 1,
  });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({
    contextSize: 1024,
    threads: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const { contextText } = resolveChatWrapper(model).generateContextState({
    chatHistory: [
      { type: 'user', text },
      { type: 'model', response: [] },
    ],
  });
  const tokens: Token[] = [];
  const prompt = contextText.tokenize(model.tokenizer);
  for await (const token of context.getSequence().evaluate(prompt, { temperature: 0 })) {
    tokens.push(token);
    if (tokens.length === count) break;
  }
  const answer = model.detokenize(tokens, false, prompt.slice(-4));
  await llama.dispose();
  return answer;
}

describe('slow motion', () => {
  it('would catch a pace that changes the answer, counts as a speed, or cannot be ended', async () => {
    await load('tiny', 2048);
    const messages = [userMessage('Tell me of the sea.')];
    const free = await runTurn(engine, messages);
    await engine.client.call('turn.pace', { tokensPerSecond: 60 });
    const paced = await runTurn(engine, messages);
    expect(paced.text).toBe(free.text);
    expect(paced.figures).toMatchObject({
      paced: true,
      decodeTokensPerSecond: null,
      interTokenLatency: null,
    });
    // In the middle of an answer that would take a minute.
    await engine.client.call('turn.pace', { tokensPerSecond: 1 });
    const answerId = randomUUID();
    const stopped = runTurn(engine, messages, {
      answerId,
      sampling: { maxTokens: 60 },
      onPacket: packet => {
        if (packet.type === 'text') void engine.client.call('turn.stop', { answerId });
      },
    });
    expect((await stopped).figures.stopReason).toBe('stopped');
    const freed = runTurn(engine, messages, {
      onPacket: packet => {
        if (packet.type === 'text') void engine.client.call('turn.pace', { tokensPerSecond: null });
      },
    });
    expect((await freed).text).toBe(free.text);
    expect((await runTurn(engine, messages)).figures.paced).toBe(false);
  });
});
