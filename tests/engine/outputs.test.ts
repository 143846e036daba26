import { join } from 'node:path';
import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Backends } from '#engine/loading/backend.ts';
import { WrittenText } from '#engine/measure/written-text.ts';
import type { RenderedPrompt } from '#engine/turn/chat-template.ts';
import { firstDivergence } from '#shared/compare/first-divergence.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  type EngineUnderTest,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

const builtIn = join(import.meta.dirname, '..', '..', 'resources', 'demo-model.gguf');
const question = 'What is a KV cache?';

let engine: EngineUnderTest;
beforeAll(() => {
  engine = startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** What a model writes with K and V of one type. */
async function written(path: string, type: CacheType, prompt: string, tokens: number) {
  const types = { typeK: type, typeV: type, flashAttention: 'on' } as const;
  await engine.load(path, { contextLength: 1024, ...types });
  return await engine.client.stream('measure.outputs', { prompt, tokens }, { onItem() {} });
}

describe('what a configuration writes', () => {
  test('would not be what the chat writes, or be something else the second time', async () => {
    const first = await written(builtIn, 'f16', question, 60);
    const { text } = await runTurn(engine, [userMessage(question)], {
      sampling: { temperature: 0, repeatPenalty: 1, maxTokens: 60 },
    });
    expect(first.tokens.join('')).toBe(text);
    expect(await written(builtIn, 'f16', question, 60)).toEqual(first);
  });

  test('would go on past its end, or be taken for ended where the tokens were too few', async () => {
    const whole = await written(builtIn, 'f16', question, 400);
    expect(whole.ended).toBe(true);
    expect(whole.tokens.length).toBeLessThan(400);
    const few = await written(builtIn, 'f16', question, 5);
    expect(few).toEqual({ tokens: whole.tokens.slice(0, 5), ended: false });
  });

  // The built-in model recites what it was trained on, and is sure of it; the tiny one is never sure.
  test('would be the same whatever the cache, or differ where the model is sure', async () => {
    const divergenceOf = async (path: string, type: CacheType) => {
      const [f16, other] = [
        await written(path, 'f16', question, 64),
        await written(path, type, question, 64),
      ];
      return firstDivergence(f16.tokens, other.tokens);
    };
    expect(await divergenceOf(builtIn, 'q4_0')).toBeNull();
    expect(await divergenceOf(await ensureModel('tiny'), 'q4_0')).not.toBeNull();
  });
});

describe('a measurement', () => {
  test('would stand in the cells of a chat, or read beyond its context', async () => {
    await engine.load(builtIn, { contextLength: 256 });
    const messages = [userMessage(question)];
    await runTurn(engine, messages);
    const few = { prompt: question, tokens: 8 };
    await engine.client.stream('measure.outputs', few, { onItem() {} });
    expect(await untilSignal(engine, 'cacheMap', map => map === null)).toBeNull();
    expect((await runTurn(engine, messages)).figures.reusedTokens).toBe(0);
    const long = { prompt: question, tokens: 256 };
    await expect(
      engine.client.stream('measure.outputs', long, { onItem() {} }),
    ).rejects.toMatchObject({ code: 'prompt-too-long' });
  });

  test('that is cancelled would write on, or leave the engine of no use', async () => {
    await engine.load(await ensureModel('tiny'), { contextLength: 4096 });
    const abort = new AbortController();
    const cancelled = engine.client.stream(
      'measure.outputs',
      { prompt: question, tokens: 4000 },
      { signal: abort.signal, onItem: ({ doneTokens }) => void (doneTokens > 0 && abort.abort()) },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const { figures } = await runTurn(engine, [userMessage('Hello')]);
    expect(figures).toMatchObject({ reusedTokens: 0, generatedTokens: 24 });
  });
});

describe('texts of tokens', () => {
  let model: LlamaModel;
  beforeAll(async () => {
    const { llama } = await new Backends().open('cpu');
    model = await llama.loadModel({ modelPath: await ensureModel('tiny') });
  });
  afterAll(() => model.dispose());

  function texts(text: string, markers: RenderedPrompt['markers']) {
    const prompt = { tokens: [], spans: [], answerStart: 0, startsIn: 'answer' } as const;
    const written = new WrittenText({ ...prompt, tokens: [], markers }, model);
    const tokens = model.tokenize(text);
    let read = 0;
    for (const token of tokens) {
      if (written.stopped) break;
      written.push(token);
      read++;
    }
    return { all: tokens.length, read, texts: written.end() };
  }

  test.each(['The quick café costs 3 €.', '東京 🙂', 'half of one: \ud83d'])(
    'of %j would be halves of characters, or fewer than the tokens',
    text => {
      const { all, texts: each } = texts(text, []);
      expect(each).toHaveLength(all);
      expect(each.join('')).toBe(text.toWellFormed());
      expect(each.slice(0, -1).join('')).not.toContain('\ufffd');
    },
  );

  test('would hold the text that ends an answer, or end where it only begins', () => {
    const markers = [{ text: '\nUser:', effect: 'stop' }] as const;
    const { read, all, texts: each } = texts('Yes.\nUs all.\nUser: And now?', markers);
    expect(each.join('')).toBe('Yes.\nUs all.');
    expect(read).toBeLessThan(all);
  });
});
