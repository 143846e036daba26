import {
  type ChatHistoryItem,
  JinjaTemplateChatWrapper,
  type LlamaModel,
  resolveChatWrapper,
  type Token,
} from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureModel, MODEL_NAMES, type ModelName } from '#tools/models/catalog.ts';
import { RECIPES, type WellFormedName } from '#tools/models/recipes.ts';
import { type LoggedLlama, loadLlama } from './loaded-llama.ts';

const CHAT: ChatHistoryItem[] = [
  { type: 'system', text: 'Be brief.' },
  { type: 'user', text: 'Hello' },
  { type: 'model', response: ['Good day.'] },
  { type: 'user', text: 'More' },
  { type: 'model', response: [] },
];
const CHAT_AS_TRAINED =
  '<s><|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n' +
  '<|im_start|>assistant\nGood day.<|im_end|>\n<|im_start|>user\nMore<|im_end|>\n' +
  '<|im_start|>assistant\n';

const ENGLISH =
  'Attention lets every token look back at the tokens before it. The cost of that is memory: for ' +
  'each layer the engine must keep the keys and values of all earlier positions, so a longer ' +
  'conversation needs more room than a shorter one.';

let logged: LoggedLlama;
beforeAll(async () => {
  logged = await loadLlama();
}, 30_000);
afterAll(() => logged[Symbol.asyncDispose]());

async function loadModel(name: ModelName): Promise<LlamaModel> {
  return logged.llama.loadModel({ modelPath: await ensureModel(name) });
}

function isWellFormed(name: ModelName): name is WellFormedName {
  return Object.hasOwn(RECIPES, name);
}

/** Answer to one user message; `ended` where the model ended the turn and not the limit. */
async function answer(
  model: LlamaModel,
  question: string,
  options: { readonly temperature: number; readonly limit: number },
): Promise<{ readonly text: string; readonly tokens: number; readonly ended: boolean }> {
  await using context = await model.createContext({ contextSize: 1024, threads: 1 });
  const prompt = `<s><|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;
  const tokens: Token[] = [];
  const evaluation = context
    .getSequence()
    .evaluate(model.tokenize(prompt, true), { temperature: options.temperature, seed: 7 });
  // The iteration stops by itself, without a token, where the model ends its turn.
  for await (const token of evaluation) {
    tokens.push(token);
    if (tokens.length === options.limit) break;
  }
  return {
    text: model.detokenize(tokens),
    tokens: tokens.length,
    ended: tokens.length < options.limit,
  };
}

/** Tokens that the sliding layers see back, in the models that have such layers. */
const WINDOWS: Readonly<Partial<Record<WellFormedName, number>>> = {
  'sliding-window': 256,
  'shared-layers': 192,
  'second-window': 128,
};

describe.each(MODEL_NAMES.filter(isWellFormed))('the %s model in llama.cpp', name => {
  let model: LlamaModel;
  beforeAll(async () => {
    model = await loadModel(name);
  }, 60_000);
  afterAll(() => model.dispose());

  test('says what it is, so a wrong metadata key or shape would show', () => {
    expect(model.trainContextSize).toBe(8192);
    expect(model.fileInfo.metadata.general.name).toMatch(/^Headroom /);
    expect(model.fileInfo.metadata.general.author).toBe('The Headroom maintainers');
    expect(model.fileInsights.swaSize).toBe(WINDOWS[name]);
  });

  test('ends turns with <|im_end|>, which a wrong token id or type would break', () => {
    expect(model.tokenize('<|im_end|>', true)).toEqual([model.tokens.eos]);
    expect(model.tokens.eot).toBe(model.tokens.eos);
    expect(model.isEogToken(model.tokens.eos ?? undefined)).toBe(true);
  });

  test.each([
    ENGLISH,
    ' leading and  double spaces\n\tand tabs',
    'emoji \u{1F9D1}\u200D\u{1F680} \u{1F44D}\u{1F3FD}, \u65E5\u672C\u8A9E, \u00E9t\u00E9',
    '<|im_start|> as text',
  ])('gives back what it was given, byte for byte: %j', text => {
    expect(model.detokenize(model.tokenize(text))).toBe(text);
  });

  test('reads ordinary English in pieces of 3 characters or more, not in letters', () => {
    expect(ENGLISH.length / model.tokenize(ENGLISH).length).toBeGreaterThan(3);
  });

  test('is rendered by the chosen wrapper as its own template says, beginning of text included', () => {
    const template = model.fileInfo.metadata.tokenizer.chat_template ?? '';
    const chosen = resolveChatWrapper(model, { fallbackToOtherWrappersOnJinjaError: false });
    for (const wrapper of [chosen, new JinjaTemplateChatWrapper({ template })]) {
      const { contextText } = wrapper.generateContextState({ chatHistory: CHAT });
      const rendered = model.detokenize(contextText.tokenize(model.tokenizer), true);
      expect(rendered, wrapper.wrapperName).toBe(CHAT_AS_TRAINED);
    }
  });

  test('speaks in words: no stray bytes, letters or control tokens, no end at once', async () => {
    const { text } = await answer(model, 'Hello', { temperature: 0.7, limit: 16 });
    expect(text).toMatch(/^[A-Z][a-z]+( [A-Za-z][a-z]*|\.)+$/);
  });
});

describe('cache types', () => {
  test.each(['Q8_0', 'Q4_0'] as const)('%s fits head size 64 and not 80', async type => {
    const options = {
      contextSize: 512,
      threads: 1,
      flashAttention: true,
      experimentalKvCacheKeyType: type,
      experimentalKvCacheValueType: type,
    };
    await using small = await loadModel('tiny');
    await using context = await small.createContext(options);
    expect(context.contextSize).toBe(512);

    await using head80 = await loadModel('head-80');
    await expect(head80.createContext(options)).rejects.toThrow('Failed to create context');
    await vi.waitFor(() => {
      expect(logged.log.join('\n')).toContain(
        `type ${type.toLowerCase()} with block size 32 does not divide n_embd_head_k=80`,
      );
    });
  });

  test('a sliding window model has two caches, a small one for the layers that slide', async () => {
    await using model = await loadModel('sliding-window');
    logged.log.length = 0;
    await using context = await model.createContext({ contextSize: 4096, threads: 1 });
    expect(context.contextSize).toBe(4096);
    await vi.waitFor(() => {
      const caches = logged.log.flatMap(line => {
        const found = /llama_kv_cache: size = .*\( *(\d+) cells, *(\d+) layers/.exec(line);
        return found ? [{ cells: Number(found[1]), layers: Number(found[2]) }] : [];
      });
      expect(caches).toEqual([
        { cells: 4096, layers: 1 },
        { cells: expect.toSatisfy(cells => cells < 4096), layers: 5 },
      ]);
    });
  });
});

test('the tiny model does not end a turn, so tests decide how long it talks', async () => {
  await using model = await loadModel('tiny');
  const { ended } = await answer(model, 'Hello', { temperature: 0.7, limit: 300 });
  expect(ended).toBe(false);
});
