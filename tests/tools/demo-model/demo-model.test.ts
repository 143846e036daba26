import { readFile, stat } from 'node:fs/promises';
import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCorpus } from '#tools/demo-model/corpus.ts';
import { ask } from '#tools/demo-model/evaluation/ask.ts';
import { evaluate } from '#tools/demo-model/evaluation/evaluation.ts';
import { measureFidelity } from '#tools/demo-model/evaluation/fidelity.ts';
import { heldOutText } from '#tools/demo-model/evaluation/held-out-text.ts';
import { describeScores, meetsMinimum } from '#tools/demo-model/evaluation/scores.ts';
import { MODEL_NAME } from '#tools/demo-model/export/demo-model.ts';
import { readExportedVocabulary } from '#tools/demo-model/export/exported-file.ts';
import { CARD_PATH, MODEL_PATH } from '#tools/demo-model/resource.ts';
import { sha256Of } from '#tools/demo-model/results.ts';
import { createTokenizer } from '#tools/demo-model/tokenizer/tokenizer.ts';
import { type LoggedLlama, loadLlama } from '../models/loaded-llama.ts';

let logged: LoggedLlama;
let model: LlamaModel;
beforeAll(async () => {
  logged = await loadLlama();
  model = await logged.llama.loadModel({ modelPath: MODEL_PATH });
}, 30_000);
afterAll(() => logged[Symbol.asyncDispose]());

describe('the file', () => {
  test('is small enough to ship, and the card speaks of this very file', async () => {
    const { size } = await stat(MODEL_PATH);
    expect(size).toBeLessThanOrEqual(6_000_000);
    const card = await readFile(CARD_PATH, 'utf8');
    expect(card).toContain(`${new Intl.NumberFormat('en-US').format(size)} bytes`);
    expect(card).toContain(await sha256Of(MODEL_PATH));
  });

  test('says what it is, who made it and how it is chatted with', () => {
    const { general, tokenizer } = model.fileInfo.metadata;
    expect(general.name).toBe(MODEL_NAME);
    expect(general.author).toBe('The Headroom maintainers');
    expect(general.license).toBe('mit');
    expect(tokenizer.chat_template).toContain('<|im_start|>');
    expect(model.tokens.eot).toBe(model.tokens.eos);
    expect(model.isEogToken(model.tokens.eos ?? undefined)).toBe(true);
  });
});

test('a model that answers too few questions right would be shipped', async () => {
  const corpus = await readCorpus();
  const { scores } = await evaluate({ corpus, model: MODEL_PATH, set: 'held-out', temperature: 0 });
  const missed = scores.filter(score => !meetsMinimum(score)).map(({ name }) => name);
  expect(missed, describeScores(scores)).toEqual([]);
  const asked = (name: string) => scores.find(score => score.name === name)?.asked ?? 0;
  expect(asked('in scope'), describeScores(scores)).toBeGreaterThanOrEqual(200);
  expect(asked('out of scope, declined')).toBeGreaterThanOrEqual(100);
  expect(asked('greetings')).toBeGreaterThanOrEqual(15);
}, 600_000);

test('the same question gets another answer at temperature 0, so that no figure can be repeated', async () => {
  const questions = ['What is a KV cache?', 'and what about the moon', 'tell me more'];
  const texts = async () =>
    (await ask(questions, { model: MODEL_PATH })).turns.map(({ text }) => text);
  expect(await texts()).toEqual(await texts());
});

test('a quantized cache can be seen to cost something: q4_0 more than q8_0, K more than V', async () => {
  const vocabulary = await readExportedVocabulary(MODEL_PATH);
  const tokens = await heldOutText(await readCorpus(), vocabulary, createTokenizer(vocabulary));
  const rows = await measureFidelity(model, tokens, [
    ['f16', 'f16'],
    ['q8_0', 'q8_0'],
    ['q4_0', 'f16'],
    ['f16', 'q4_0'],
    ['q4_0', 'q4_0'],
  ]);
  const [noise, q8, q4K, q4V, q4] = rows.map(row => row.klDivergence.mean);
  expect(noise).toBeLessThan(1e-9);
  expect(q4).toBeGreaterThan(20 * (q8 ?? Number.NaN));
  expect(q4K).toBeGreaterThan(q4V ?? Number.NaN);
}, 120_000);
