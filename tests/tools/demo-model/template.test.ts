import { type ChatHistoryItem, type LlamaModel, resolveChatWrapper } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChance } from '#tools/demo-model/conversations/chance.ts';
import { walkConversation } from '#tools/demo-model/conversations/conversation.ts';
import { readCorpus } from '#tools/demo-model/corpus.ts';
import { readExportedVocabulary } from '#tools/demo-model/export/exported-file.ts';
import { MODEL_PATH } from '#tools/demo-model/resource.ts';
import { suggestionsOf } from '#tools/demo-model/suggestions.ts';
import { createTokenizer } from '#tools/demo-model/tokenizer/tokenizer.ts';
import { RowBuilder } from '#tools/demo-model/training/rows.ts';
import { type LoggedLlama, loadLlama } from '../models/loaded-llama.ts';

let logged: LoggedLlama;
let model: LlamaModel;
beforeAll(async () => {
  logged = await loadLlama();
  model = await logged.llama.loadModel({ modelPath: MODEL_PATH, vocabOnly: true });
}, 30_000);
afterAll(() => logged[Symbol.asyncDispose]());

const mixture = {
  followUp: 0.4,
  strayFollowUp: 0.1,
  smallTalk: 0.2,
  beyond: 0.2,
  longText: 0.02,
};

test('40 conversations become the prompts of the training, so the model sees what it knows', async () => {
  const corpus = await readCorpus();
  const asked = { corpus, suggestions: suggestionsOf(corpus), isHeldOut: () => false };
  const vocabulary = await readExportedVocabulary(MODEL_PATH);
  const builder = new RowBuilder(vocabulary, createTokenizer(vocabulary));
  const wrapper = resolveChatWrapper(model, { fallbackToOtherWrappersOnJinjaError: false });

  for (let number = 0; number < 40; number++) {
    const chance = createChance(number, 'template');
    const walk = walkConversation(asked, mixture, chance);
    const history: ChatHistoryItem[] = [];
    if (number % 3 === 0) {
      const text = chance.pick(corpus.wording.systemPrompts);
      history.push({ type: 'system', text });
      builder.addSystemPrompt(text);
    }
    for (let turn = 0; turn < number % 7; turn++) {
      const exchange = walk.next();
      history.push({ type: 'user', text: exchange.user });
      history.push({ type: 'model', response: [exchange.assistant] });
      builder.addExchange(exchange);
    }
    const last = walk.next().user;
    history.push({ type: 'user', text: last }, { type: 'model', response: [] });
    builder.addQuestion(last);

    const { contextText } = wrapper.generateContextState({ chatHistory: history });
    const inApp = contextText.tokenize(model.tokenizer);
    expect([...builder.finish().tokens], `conversation ${number}`).toEqual([...inApp]);
  }
});
