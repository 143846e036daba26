import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadBlocker } from '#renderer/load-panel/load-blocker.ts';
import { planSum } from '#renderer/load-panel/plan-sum.ts';
import { contextScale } from '#renderer/model-setup/context-scale.ts';
import { createLatestAnswer } from '#renderer/state/latest-answer.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { type LoadPlan, loadOptionsSchema } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { attentionLayer } from '#shared/model/model-layer.ts';

const model: ModelDescription = {
  path: '/m.gguf',
  fileName: 'm.gguf',
  name: 'm',
  author: null,
  architecture: 'llama',
  fileBytes: 1000,
  weightsBytes: 900,
  activeWeightsBytes: null,
  parameterCount: 10,
  tensorTypes: [{ name: 'Q8_0', bytes: 900 }],
  tokenizer: 'llama',
  trainedContextLength: 4096,
  layerCount: 1,
  embeddingLength: 80,
  feedForwardLength: 0,
  vocabularySize: 10,
  hasChatTemplate: true,
  layers: [attentionLayer({ kvHeads: 1, keyLength: 80, valueLength: 80 })],
};

const plan = (changes: Partial<LoadPlan>): LoadPlan => ({
  model,
  contextLength: 256,
  cells: 256,
  weightsBytes: 100,
  kvBytes: 30,
  kvKBytes: 10,
  kvVBytes: 20,
  recurrentBytes: 0,
  computeBytes: 5,
  vramBytes: 0,
  pools: { ramBytes: 1000, vramBytes: null },
  ...changes,
});

/** Questions whose answers come when the test says so, in any order. */
function questions() {
  const open: { input: string; answer(value: string): void; fail(error: Error): void }[] = [];
  const latest = createLatestAnswer<string, string>(
    input =>
      new Promise((resolve, reject) => {
        open.push({ input, answer: resolve, fail: reject });
      }),
  );
  const settle = async () => {
    for (let i = 0; i < 8; i++) await Promise.resolve();
  };
  return { latest, open, settle };
}

describe('latest answer', () => {
  test('a slow answer to an old question overwrites the one for what is chosen now', async () => {
    const { latest, open, settle } = questions();
    latest.want('a', 'a');
    latest.want('b', 'b');
    latest.want('c', 'c');
    expect(open.map(({ input }) => input)).toEqual(['a']);
    open[0]?.answer('for a');
    await settle();
    expect(latest.store.getState()).toMatchObject({ value: null, pending: true });
    expect(open.map(({ input }) => input)).toEqual(['a', 'c']);
    open[1]?.answer('for c');
    await settle();
    expect(latest.store.getState()).toEqual({
      key: 'c',
      value: 'for c',
      error: null,
      pending: false,
    });
    expect(open).toHaveLength(2);
  });

  test('the same question is asked with every render', async () => {
    const { latest, open, settle } = questions();
    latest.want('a', 'a');
    latest.want('a', 'a');
    open[0]?.answer('for a');
    await settle();
    latest.want('a', 'a');
    expect(open).toHaveLength(1);
    expect(latest.store.getState().pending).toBe(false);
  });

  test('a refused question blocks those after it', async () => {
    const { latest, open, settle } = questions();
    latest.want('a', 'a');
    open[0]?.fail(new AppError('not-found', 'Gone.'));
    await settle();
    expect(latest.store.getState().error?.code).toBe('not-found');
    latest.want('b', 'b');
    open[1]?.answer('for b');
    await settle();
    expect(latest.store.getState()).toMatchObject({ value: 'for b', error: null });
  });

  test('an answer comes back after its question was withdrawn', async () => {
    const { latest, open, settle } = questions();
    latest.want('a', 'a');
    latest.want(null, null);
    open[0]?.answer('for a');
    await settle();
    expect(latest.store.getState()).toMatchObject({ key: null, value: null, pending: false });
  });

  test('returning to the answered question keeps it marked as pending for ever', async () => {
    const { latest, open, settle } = questions();
    latest.want('a', 'a');
    open[0]?.answer('for a');
    await settle();
    latest.want('b', 'b');
    latest.want('a', 'a');
    open[1]?.answer('for b');
    await settle();
    expect(latest.store.getState()).toMatchObject({ value: 'for a', pending: false });
  });
});

describe('context scale', () => {
  test('the trained length cannot be hit, or the scale leaves its own range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 128, max: 4_000_000 }), trained => {
        const scale = contextScale(trained);
        const kept = Math.max(trained, 256);
        expect(scale.tokensAt(scale.positionOf(kept))).toBe(kept);
        expect(scale.trainedAt ?? -1).toBeGreaterThanOrEqual(0);
        expect(scale.trainedAt ?? 2).toBeLessThanOrEqual(1);
        let before = 0;
        for (let at = scale.min; at <= scale.max; at++) {
          const tokens = scale.tokensAt(at);
          expect(tokens).toBeGreaterThanOrEqual(before);
          before = tokens;
        }
      }),
      { seed: 31, numRuns: 50 },
    );
  });

  test('a length typed beyond the scale moves the thumb out of its track', () => {
    const scale = contextScale(4096);
    expect(scale.positionOf(1_000_000)).toBe(scale.max);
    expect(scale.positionOf(1)).toBe(scale.min);
  });
});

describe('load blocker', () => {
  const question = {
    path: '/m.gguf',
    model,
    modelError: null,
    options: loadOptionsSchema.parse({}),
    planError: null,
  };

  test('a combination that llama.cpp refuses can be loaded', () => {
    const options = loadOptionsSchema.parse({ typeK: 'q8_0' });
    expect(loadBlocker({ ...question, options })?.message).toContain('80');
    expect(loadBlocker(question)).toBeNull();
  });

  test('nothing chosen, an unreadable file or an unread one can be loaded', () => {
    const modelError = new AppError('model-not-gguf', 'No GGUF.').data;
    expect(loadBlocker({ ...question, path: '', model: null })).not.toBeNull();
    expect(loadBlocker({ ...question, model: null, modelError })).toBe(modelError);
    expect(loadBlocker({ ...question, model: null })).not.toBeNull();
  });
});

describe('plan sum', () => {
  test('K and V counted twice', () => {
    expect(planSum(plan({}))).toMatchObject({ total: 135, unknown: [] });
  });

  test('an unknown part is passed over in silence', () => {
    const unknownCache = plan({ kvBytes: null, kvKBytes: null, kvVBytes: null });
    expect(planSum(unknownCache)).toMatchObject({ total: 105, unknown: ['cache'] });
    expect(planSum(plan({ computeBytes: null }))).toMatchObject({
      total: 130,
      unknown: ['compute'],
    });
  });

  test('the state of recurrent layers is left out of the sum', () => {
    expect(planSum(plan({ recurrentBytes: 7 })).total).toBe(142);
  });
});
