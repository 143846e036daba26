import { LlamaModel } from 'node-llama-cpp';
import { expect, test, vi } from 'vitest';
import { Backends } from '#engine/loading/backend.ts';
import { ModelSlot } from '#engine/loading/model-slot.ts';
import { measureParallel } from '#engine/measure/parallel.ts';
import type { ParallelStage } from '#shared/compare/parallel-measurement.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { runTurn, startEngine, untilSignal, userMessage } from './engine-under-test.ts';

/** How many tokens of each sequence were in each batch of one measurement, as the library was asked. */
async function batchesOf(sequences: number, request: Parameters<typeof measureParallel>[1]) {
  const batches: number[][] = [];
  const create = LlamaModel.prototype.createContext;
  using _spy = vi.spyOn(LlamaModel.prototype, 'createContext').mockImplementation(function (
    this: LlamaModel,
    options = {},
  ) {
    return create.call(this, {
      ...options,
      batching: {
        ...options.batching,
        itemPrioritizationStrategy({ items }) {
          batches.push(items.map(({ tokens }) => tokens.length));
          return items.map(item => ({ item, processAmount: item.tokens.length }));
        },
      },
    });
  });
  const slot = new ModelSlot(new Backends());
  const control = new AbortController();
  const options = { backend: 'cpu', threads: 1, sequences, contextLength: 256, batchSize: 32 };
  await slot.load(await ensureModel('tiny'), loadOptionsSchema.parse(options), {
    signal: control.signal,
    onProgress() {},
  });
  const { current } = slot;
  if (current === null) throw new Error('nothing is loaded');
  let before = 0;
  const prompts: (readonly number[])[] = [];
  const measurement = await measureParallel(current, request, {
    signal: control.signal,
    onStage(stage) {
      if (stage === 'prefill') return;
      before = batches.length;
      prompts.push(...current.caches.map(({ tokens }) => tokens));
    },
  });
  const left = current.caches.map(({ usedTokens }) => usedTokens);
  await slot.unload();
  return {
    measurement,
    prompts,
    left,
    prefill: batches.slice(0, before),
    timed: batches.slice(before),
  };
}

test.each([1, 5])(
  'of %i sequences, a batch would not hold one token of each, or more be evaluated than is timed',
  async sequences => {
    const request = { promptTokens: 40, generatedTokens: 7, seed: 3 };
    const { measurement, prompts, left, prefill, timed } = await batchesOf(sequences, request);
    const oneOfEach = Array.from({ length: sequences }, () => 1);
    expect(measurement.tokens).toBe(sequences * 7);
    expect(timed).toEqual(Array.from({ length: 7 }, () => oneOfEach));
    // The prompts' last tokens give the first ones that are written: together, but not timed.
    expect(prefill).toEqual([...oneOfEach.flatMap(() => [[32], [7]]), oneOfEach]);
    expect(prompts.map(({ length }) => length)).toEqual(oneOfEach.map(() => 40));
    expect(new Set(prompts.map(tokens => tokens.join())).size).toBe(sequences);
    expect(left).toEqual(oneOfEach.map(() => 0));
  },
);

test('what was measured would stand in the cells of a chat, or the chat be read on from there', async () => {
  await using engine = startEngine();
  await engine.load(await ensureModel('tiny'), { contextLength: 512, sequences: 3 });
  const messages = [userMessage('The quiet river')];
  const before = await runTurn(engine, messages);
  await engine.client.stream(
    'measure.parallel',
    { promptTokens: 20, generatedTokens: 4, seed: 0 },
    { onItem() {} },
  );
  expect(await untilSignal(engine, 'cacheMap', map => map === null)).toBeNull();
  expect(await engine.client.call('memory.sample', {})).toMatchObject({ cacheUsedBytes: 0 });
  const { text, figures } = await runTurn(engine, messages);
  expect(figures.reusedTokens).toBe(0);
  expect(text).toBe(before.text);
});

test.each(['prefill', 'decode'] as const)(
  'a measurement cancelled in its %s would go on, or leave the engine of no use',
  async stage => {
    await using engine = startEngine();
    await engine.load(await ensureModel('tiny'), { contextLength: 4096, sequences: 2 });
    const measure = (promptTokens: number, cancelAt: ParallelStage | null) => {
      const abort = new AbortController();
      return engine.client.stream(
        'measure.parallel',
        { promptTokens, generatedTokens: 1000, seed: 0 },
        {
          signal: abort.signal,
          onItem: item => {
            if (item.stage === cancelAt) abort.abort();
          },
        },
      );
    };
    await expect(measure(3000, stage)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(measure(3096, null)).rejects.toMatchObject({ code: 'prompt-too-long' });
    const { figures } = await runTurn(engine, [userMessage('Hello')]);
    expect(figures).toMatchObject({ reusedTokens: 0, generatedTokens: 24 });
  },
);
