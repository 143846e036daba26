import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import type { TokenPrediction } from '#shared/model/token-prediction.ts';
import type { PredictionTask } from '#shared/tune/prediction-measurement.ts';
import { MODEL_PATH } from '#tools/demo-model/resource.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../host/temporary-directory.ts';
import {
  answerMessage,
  type EngineUnderTest,
  reproducible,
  runTurn,
  startEngine,
  type Turn,
  type TurnControl,
  userMessage,
} from './engine-under-test.ts';

let engine: EngineUnderTest;
let directory: TemporaryDirectory;

beforeAll(async () => {
  engine = startEngine();
  directory = await createTemporaryDirectory();
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

const load = (tokenPrediction: TokenPrediction, contextLength = 2048) =>
  engine.load(MODEL_PATH, { contextLength, ...reproducible, tokenPrediction });

/** Asked again, the built-in model gives the same answer, which stands in the prompt by then. */
const questions = ['What is a KV cache?', 'What is prefill?', 'What is a KV cache?'];

async function converse(control: TurnControl) {
  const conversationId = crypto.randomUUID();
  const messages: PromptMessage[] = [];
  const turns: Turn[] = [];
  for (const text of questions) {
    messages.push(userMessage(text));
    const turn = await runTurn(engine, messages, { conversationId, ...control });
    messages.push(answerMessage(turn));
    turns.push(turn);
  }
  return { messages, turns, conversationId };
}

describe('turns with prediction', () => {
  it('would catch an answer, or a count of its tokens, that is another one than without', async () => {
    const control = { sampling: { maxTokens: 120 } };
    await load('off');
    const { turns: plain } = await converse(control);
    await load('input-lookup');
    const { turns: predicted } = await converse(control);
    expect(predicted.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
    for (const [index, { figures }] of predicted.entries()) {
      const { promptTokens, reusedTokens, generatedTokens, cacheUsedTokens } =
        plain[index]?.figures ?? {};
      expect(figures).toMatchObject({
        promptTokens,
        reusedTokens,
        generatedTokens,
        cacheUsedTokens,
      });
    }
    expect(plain.map(({ figures }) => figures.prediction)).toEqual([null, null, null]);
    // Else nothing of this was about prediction.
    const last = predicted.at(-1)?.figures;
    expect(last?.prediction?.accepted).toBeGreaterThan((last?.generatedTokens ?? 0) / 2);
    expect(last?.prediction?.guessed).toBeGreaterThanOrEqual(last?.prediction?.accepted ?? 0);
  });

  it('would catch cells of guesses that an answer which was cut short leaves behind', async () => {
    const fileSizes = async (tokenPrediction: TokenPrediction) => {
      await load(tokenPrediction);
      const sizes: number[] = [];
      for (const maxTokens of [9, 10, 11, 12]) {
        const { turns, conversationId } = await converse({ sampling: { maxTokens } });
        const statePath = join(directory.path, `${tokenPrediction}-${maxTokens}.state`);
        await engine.client.call('snapshot.save', { conversationId, statePath });
        sizes.push((await stat(statePath)).size);
        const { prediction } = turns.at(-1)?.figures ?? {};
        if (tokenPrediction !== 'off') expect(prediction?.accepted).toBeGreaterThan(0);
      }
      return sizes;
    };
    // llama.cpp writes every cell that holds a token, whatever anybody believes of it.
    expect(await fileSizes('input-lookup')).toEqual(await fileSizes('off'));
  });

  it('would catch guesses beyond the end of the context, which end the turn with a defect', async () => {
    await load('off', 4096);
    const { messages } = await converse({ sampling: { maxTokens: 60 } });
    const asked = [...messages, userMessage('What is a KV cache?')];
    const promptTokens = async (systemPrompt: string) => {
      const control = { systemPrompt, sampling: { maxTokens: 1 } };
      return (await runTurn(engine, asked, control)).figures.promptTokens;
    };
    const shortest = await promptTokens('a');
    const contextLength = Math.ceil((shortest + 40) / 256) * 256;
    const filler = contextLength - shortest - 30;
    await load('input-lookup', contextLength);
    let accepted = 0;
    for (const more of [0, 1, 2, 3]) {
      const turn = await runTurn(engine, asked, {
        systemPrompt: 'a '.repeat(1 + filler + more),
        sampling: { maxTokens: 60 },
      });
      expect(turn.figures).toMatchObject({
        stopReason: 'context-full',
        cacheUsedTokens: contextLength - 1,
      });
      accepted += turn.figures.prediction?.accepted ?? 0;
    }
    expect(accepted).toBeGreaterThan(0);
  });

  it('would catch guesses where a penalty would judge them without those before', async () => {
    await load('input-lookup');
    const sampling = { maxTokens: 60, repeatPenalty: 1.1 };
    const { turns: predicted } = await converse({ sampling });
    expect(predicted.map(({ figures }) => figures.prediction?.guessed)).toEqual([0, 0, 0]);
  });

  it.each(['recurrent', 'hybrid'] as const)(
    'would catch %s, whose state cannot go back, being loaded with it',
    async name => {
      const refused = engine.load(await ensureModel(name), { tokenPrediction: 'input-lookup' });
      await expect(refused).rejects.toMatchObject({ code: 'model-unsupported' });
    },
  );
});

describe('a measurement of prediction', () => {
  const measure = (
    task: PredictionTask,
    generatedTokens = 24,
    signal = new AbortController().signal,
  ) =>
    engine.client.stream(
      'measure.prediction',
      { task, generatedTokens },
      { signal, onItem: () => {} },
    );

  it('would catch another answer than without, or cells that are left of it', async () => {
    await load('off');
    const plain = [await measure('repeating'), await measure('fresh')];
    await load('input-lookup');
    const predicted = [await measure('repeating'), await measure('fresh')];
    expect(predicted.map(({ tokens }) => tokens)).toEqual(plain.map(({ tokens }) => tokens));
    expect(plain).toMatchObject([{ guessed: 0 }, { guessed: 0 }]);
    for (const { tokens, ms } of [...plain, ...predicted]) {
      expect(tokens).toHaveLength(24);
      expect(ms).toBeGreaterThan(0);
    }
    expect(await engine.client.call('memory.sample', {})).toMatchObject({ cacheUsedBytes: 0 });
    const { figures } = await runTurn(engine, [userMessage('Hello')]);
    expect(figures.reusedTokens).toBe(0);
  });

  it('would catch one that goes on after it was cancelled', async () => {
    await load('input-lookup');
    const abort = new AbortController();
    const cancelled = measure('repeating', 24, abort.signal);
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect((await measure('fresh')).tokens).toHaveLength(24);
  });

  it('would catch a context that ends within it, which would end the process', async () => {
    await load('off', 256);
    await expect(measure('repeating', 200)).rejects.toMatchObject({ code: 'prompt-too-long' });
  });
});
