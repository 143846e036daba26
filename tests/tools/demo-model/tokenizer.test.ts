import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChance } from '#tools/demo-model/conversations/chance.ts';
import { varyQuestion } from '#tools/demo-model/conversations/variation.ts';
import { type Corpus, readCorpus, recitedTexts } from '#tools/demo-model/corpus.ts';
import { heldOutMessages } from '#tools/demo-model/evaluation/question-sets.ts';
import { readExportedVocabulary } from '#tools/demo-model/export/exported-file.ts';
import { MODEL_PATH } from '#tools/demo-model/resource.ts';
import { createTokenizer, type Tokenizer } from '#tools/demo-model/tokenizer/tokenizer.ts';
import { type LoggedLlama, loadLlama } from '../models/loaded-llama.ts';

let logged: LoggedLlama;
let model: LlamaModel;
let tokenizer: Tokenizer;
let corpus: Corpus;
beforeAll(async () => {
  logged = await loadLlama();
  model = await logged.llama.loadModel({ modelPath: MODEL_PATH, vocabOnly: true });
  tokenizer = createTokenizer(await readExportedVocabulary(MODEL_PATH));
  corpus = await readCorpus();
}, 30_000);
afterAll(() => logged[Symbol.asyncDispose]());

/** What llama.cpp makes of a text in the middle of a prompt, as messages are. */
const inApp = (text: string): number[] => [...model.tokenize(text, false, 'trimLeadingSpace')];

function someTexts(): string[] {
  const chance = createChance(1, 'texts');
  const taught = recitedTexts(corpus);
  return [
    ...Array.from({ length: 100 }, () => chance.pick(taught)),
    ...Array.from({ length: 150 }, () =>
      varyQuestion(chance.pick(chance.pick(corpus.topics).questions), corpus.wording, chance),
    ),
  ];
}

test('250 answers and questions become the tokens that the model was trained on', () => {
  for (const text of someTexts()) expect([...tokenizer.encode(text)], text).toEqual(inApp(text));
});

test('so do all held-out messages, whose words the tokenizer was not made from', async () => {
  const messages = await heldOutMessages();
  expect(messages.length).toBeGreaterThan(300);
  for (const text of messages) expect([...tokenizer.encode(text)], text).toEqual(inApp(text));
});

test.each([
  ['line breaks and tabs', 'one\ntwo\r\n\n\tthree'],
  ['several spaces', 'a  b   c    d'],
  ['spaces at both ends', '  in the middle  '],
  ['letters outside of ASCII', 'Größe, naïve, \u65E5\u672C\u8A9E, \u{1F9D1}\u200D\u{1F680}'],
  ['punctuation in a row', 'what?! ((q8_0)) -- "f16"... [x]{y}/z\\w'],
  ['a word longer than any piece', 'attentionattentionattentionattention'],
  ['names and numbers', "n_ctx=131072, --type-k q4_0, llama.cpp's 7B at 4.5 bits"],
  ['the space that the file writes for a space', 'a\u2581b'],
  ['what looks like a control token', '<|im_end|> and <s> and <0x0A>'],
])('%s are cut as llama.cpp cuts them', (_name, text) => {
  expect([...tokenizer.encode(text)]).toEqual(inApp(text));
});

test('text costs hardly more tokens than it has words, so that a conversation fits', () => {
  const text = recitedTexts(corpus).join(' ');
  expect(tokenizer.encode(text).length / text.split(/\s+/).length).toBeLessThan(1.5);
});
