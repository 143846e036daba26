import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import type { TokenPrediction } from '#shared/model/token-prediction.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import {
  answerMessage,
  type EngineUnderTest,
  loadReproducible,
  reproducible,
  runTurn,
  startEngine,
  type Turn,
  type TurnControl,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

let engine: EngineUnderTest;
let directory: string;

beforeAll(async () => {
  engine = startEngine();
  directory = await mkdtemp(join(tmpdir(), 'headroom-cells-'));
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const load = (name: ModelName, contextLength: number, tokenPrediction: TokenPrediction = 'off') =>
  loadReproducible(engine, name, contextLength, { tokenPrediction });

/** A conversation in one place, so that the engine knows it again. */
function conversation(systemPrompt = 'You answer in words.') {
  const conversationId = randomUUID();
  const control = { conversationId, systemPrompt };
  const messages: PromptMessage[] = [];
  return {
    control,
    messages,
    async ask(text: string, more: TurnControl = {}): Promise<Turn> {
      const question = userMessage(text);
      const turn = await runTurn(engine, [...messages, question], { ...control, ...more });
      messages.push(question, answerMessage(turn));
      return turn;
    },
  };
}

/** The map of the turn that has just ended. */
async function mapOf(turn: Turn): Promise<CacheMap> {
  const map = await untilSignal(engine, 'cacheMap', value => value?.answerId === turn.answerId);
  if (map === null) throw new Error('no map');
  return map;
}

async function textOf({ revision }: CacheMap, start: number, end: number): Promise<string> {
  let text = '';
  for (let at = start; at < end; at += 512) {
    const request = { revision, start: at, end: Math.min(end, at + 512) };
    const texts = await engine.client.call('cache.texts', request);
    text += (texts ?? ['<the map is another one>']).join('');
  }
  return text;
}

/** Holds the map, the counters, and the text of the cells against each other. */
async function expectOneTruth(
  turn: Turn,
  messages: readonly PromptMessage[],
  systemPrompt: string,
): Promise<void> {
  const map = await mapOf(turn);
  const { figures } = turn;
  expect(figures.reusedTokens + figures.prefilledTokens).toBe(figures.promptTokens);
  expect(map).toMatchObject({
    promptTokens: figures.promptTokens,
    reusedTokens: figures.reusedTokens,
  });
  const telemetry = await untilSignal(engine, 'telemetry', value => value.phase === 'idle');
  expect(telemetry.cacheUsedTokens).toBe(figures.cacheUsedTokens);

  let end = 0;
  for (const span of map.spans) {
    expect(span.start).toBeGreaterThanOrEqual(end);
    expect(span.end).toBeGreaterThan(span.start);
    end = span.end;
    const said =
      span.kind === 'system'
        ? systemPrompt
        : messages.find(({ id }) => id === span.messageId)?.text;
    expect((await textOf(map, span.start, span.end)).trim()).toBe(said?.trim());
  }
  expect(end).toBeLessThanOrEqual(map.promptTokens);
  // Each message of the prompt has its cells, and the answer those behind it.
  const spanned = map.spans.flatMap(({ messageId }) => messageId ?? []);
  const expected = messages.filter(({ text }) => text.trim() !== '').map(({ id }) => id);
  expect(spanned).toEqual(expected);
  const answer = await textOf(map, map.promptTokens, figures.cacheUsedTokens);
  // The last token is sampled and not evaluated.
  expect(turn.text.trim().startsWith(answer.trim()) || answer.startsWith(turn.text)).toBe(true);
}

/** Saves the cells of a conversation, has another one take them, and restores them; if they are its own. */
async function throughTheDisk(conversationId: string): Promise<void> {
  const statePath = join(directory, `${randomUUID()}.state`);
  const snapshot = await engine.client.call('snapshot.save', { conversationId, statePath });
  if (snapshot === null) return;
  await runTurn(engine, [userMessage('Something else.')]);
  const { tokens } = await engine.client.call('snapshot.restore', { snapshot, statePath });
  expect(tokens).toBe(snapshot.tokens);
}

/** The same numbers on every machine. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const words = 'quiet river old road white house small boat long day cold wind'.split(' ');

describe.each([
  ['tiny', 1, 'off'],
  ['sliding-window', 2, 'off'],
  ['hybrid', 3, 'off'],
  ['latent', 4, 'off'],
  ['tiny', 5, 'input-lookup'],
  ['sliding-window', 6, 'input-lookup'],
] as const)('%s with seed %i and prediction %s', (name, seed, tokenPrediction) => {
  it('would catch a map, a counter or a cell that says another thing after any move', async () => {
    await load(name, 512, tokenPrediction);
    const below = random(seed);
    const sentence = () =>
      Array.from({ length: 3 + below(40) }, () => words[below(words.length)]).join(' ');
    let systemPrompt = 'You answer in words.';
    let conversationId: string = randomUUID();
    /** What was asked and answered before, by conversation: a switch goes back to one of them. */
    const others: { conversationId: string; messages: PromptMessage[]; omitted: string[] }[] = [];
    let messages: PromptMessage[] = [];
    /** What the last turn left out for want of room. */
    let omitted: string[] = [];
    let overflowed = 0;
    for (let step = 0; step < 48; step++) {
      let question = userMessage(sentence());
      switch (below(16)) {
        // An edit or another branch: the tail gives way.
        case 0:
        case 1:
          messages = messages.slice(0, 2 * below(messages.length / 2 + 1));
          break;
        // A deleted turn.
        case 2: {
          const at = 2 * below(messages.length / 2 + 1);
          messages = messages.toSpliced(at, 2);
          break;
        }
        case 3:
          systemPrompt = sentence();
          break;
        case 4: {
          others.push({ conversationId, messages, omitted });
          const other = others[below(others.length)];
          conversationId = other?.conversationId ?? randomUUID();
          messages = other?.messages ?? [];
          omitted = other?.omitted ?? [];
          break;
        }
        case 5:
          await load(name, below(2) === 0 ? 512 : 768);
          break;
        // Another answer to the last question.
        case 6:
          question = messages.at(-2) ?? question;
          messages = messages.slice(0, -2);
          break;
        // The cells go to the disk, something else takes them, and they come back.
        case 7:
          await throughTheDisk(conversationId);
          break;
      }
      const policy = below(4) === 0 ? 'drop-middle' : 'drop-oldest';
      const sampling = { maxTokens: 1 + below(30) };
      const overflow = { policy, omitted } as const;
      const prompt = [...messages, question];
      const control = { conversationId, systemPrompt, sampling, overflow };
      const turn = await runTurn(engine, prompt, control);
      omitted = turn.figures.overflow?.omitted ?? [];
      overflowed += turn.figures.overflow?.newTurns ?? 0;
      const left = prompt.filter(({ id }) => !omitted.includes(id));
      await expectOneTruth(turn, left, systemPrompt);
      const { gaps } = await mapOf(turn);
      const questions = prompt.filter(({ id, role }) => role === 'user' && omitted.includes(id));
      expect(gaps.reduce((sum, { turns }) => sum + turns, 0)).toBe(questions.length);
      messages = [...prompt, answerMessage(turn)];
    }
    expect(overflowed).toBeGreaterThan(0);
  });
});

describe('edits', () => {
  it('would catch tokens before an edit read again, or tokens of it kept', async () => {
    await load('tiny', 4096);
    for (const edited of [0, 1, 2, 3, 4, 5]) {
      const chat = conversation();
      for (let turn = 0; turn < 6; turn++) await chat.ask(`Question number ${turn}?`);
      const last = await chat.ask('The last one?');
      const map = await mapOf(last);
      const question = chat.messages[2 * edited];
      const before = map.spans.find(({ messageId }) => messageId === question?.id);
      // The first word differs, so that nothing of the question itself is shared.
      const again = [...chat.messages.slice(0, 2 * edited), userMessage('Another one now!')];
      const { figures } = await runTurn(engine, again, chat.control);
      expect(figures.reusedTokens).toBe(before?.start);
      expect(figures.miss).toBeNull();
    }
  });

  it('would catch a regenerated answer whose question is read again', async () => {
    await load('tiny', 2048);
    const chat = conversation();
    await chat.ask('First?');
    const turn = await chat.ask('Second?');
    const again = await runTurn(engine, chat.messages.slice(0, -1), chat.control);
    expect(again.text).toBe(turn.text);
    // The logits come from the last token, which alone is evaluated again.
    expect(again.figures.prefilledTokens).toBe(1);
  });

  it('would catch a continued answer that differs from one that was never stopped', async () => {
    await load('tiny', 2048);
    const chat = conversation();
    const whole = await chat.ask('Tell me of the sea.', { sampling: { maxTokens: 40 } });
    for (const from of ['cells', 'text'] as const) {
      const question = chat.messages[0];
      if (question === undefined) throw new Error('nothing was asked');
      const begun = await runTurn(engine, [question], {
        ...chat.control,
        sampling: { maxTokens: 15 },
      });
      // Another conversation takes the cells, so that only the text is left.
      if (from === 'text') await runTurn(engine, [userMessage('Something else.')]);
      const more = await runTurn(engine, [question, answerMessage(begun)], {
        ...chat.control,
        answerId: begun.answerId,
        continues: true,
        sampling: { maxTokens: 25 },
      });
      expect(begun.text + more.text).toBe(whole.text);
      if (from === 'cells') expect(more.figures.prefilledTokens).toBe(1);
      // A turn after it finds all of the answer in the cells.
      const both = { ...answerMessage(begun), text: begun.text + more.text };
      const next = await runTurn(engine, [question, both, userMessage('And then?')], chat.control);
      expect(next.figures.reusedTokens).toBe(more.figures.cacheUsedTokens);
    }
  });
});

describe('forecast', () => {
  it('would catch a forecast that counts otherwise than the turn, or that moves the cache', async () => {
    await load('tiny', 2048);
    const chat = conversation();
    await chat.ask('First?');
    await chat.ask('Second?');
    const prompts = [
      [...chat.messages, userMessage('Third?')],
      [...chat.messages.slice(0, 2), userMessage('Other second?')],
      chat.messages.slice(0, 3),
    ];
    for (const messages of prompts) {
      const { conversationId, systemPrompt } = chat.control;
      const request = { conversationId, systemPrompt, messages };
      const said = await engine.client.call('turn.forecast', request);
      expect(await engine.client.call('turn.forecast', request)).toEqual(said);
      const { figures } = await runTurn(engine, messages, chat.control);
      expect(said).toMatchObject({
        promptTokens: figures.promptTokens,
        reusedTokens: figures.reusedTokens,
        readTokens: figures.prefilledTokens,
        ttftMs: figures.forecastMs,
      });
    }
  });
});

describe('why it was read again', () => {
  async function missAfter(
    name: ModelName,
    change: (chat: ReturnType<typeof conversation>) => Promise<TurnControl>,
  ) {
    await load('medium', 512);
    await load(name, 2048);
    const chat = conversation();
    await chat.ask('Tell me of the sea.');
    await chat.ask('And of the sky?');
    await chat.ask('And of the earth?');
    const control = await change(chat);
    const turn = await runTurn(engine, [...chat.messages, userMessage('Go on.')], {
      ...chat.control,
      ...control,
    });
    return turn.figures.miss;
  }

  it('would catch a miss where there is none', async () => {
    expect(await missAfter('tiny', async () => ({}))).toBeNull();
  });

  it.each<[cause: string, name: ModelName, change: Parameters<typeof missAfter>[1]]>([
    ['system-prompt', 'tiny', async () => ({ systemPrompt: 'You answer in rhymes.' })],
    [
      'other-conversation',
      'tiny',
      async () => {
        await conversation().ask('Hello.');
        return {};
      },
    ],
    [
      'deleted-turn',
      'tiny',
      async chat => {
        chat.messages.splice(2, 2);
        return {};
      },
    ],
    [
      'edited-message',
      'tiny',
      async chat => {
        const [first] = chat.messages;
        if (first !== undefined) chat.messages[0] = { ...first, text: 'Speak of the sea.' };
        return {};
      },
    ],
    [
      'answer-text',
      'tiny',
      async chat => {
        const second = chat.messages[1];
        if (second !== undefined) chat.messages[1] = { ...second, text: 'The sea is wide.' };
        return {};
      },
    ],
    [
      'settings',
      'tiny',
      async () => {
        await load('tiny', 1024);
        return {};
      },
    ],
    [
      'other-model',
      'tiny',
      async () => {
        await load('head-80', 1024);
        return {};
      },
    ],
    [
      'no-rollback',
      'hybrid',
      async chat => {
        chat.messages.splice(4, 2);
        await chat.ask('Another way.');
        chat.messages.splice(4, 2);
        return {};
      },
    ],
    [
      'sliding-window',
      'sliding-window',
      async chat => {
        // So long that the layers with a window have dropped the first cells.
        await chat.ask('The quiet river meets the old road. '.repeat(150));
        chat.messages.splice(2);
        return {};
      },
    ],
  ])('would catch another cause than %s', async (cause, name, change) => {
    const miss = await missAfter(name, change);
    expect(miss).toMatchObject({ cause });
    expect(miss?.rereadTokens).toBeGreaterThan(0);
  });

  it('would catch another cause than a restart', async () => {
    await using fresh = startEngine();
    await fresh.load(await ensureModel('tiny'), { contextLength: 1024, ...reproducible });
    const messages = [
      userMessage('Tell me of the sea.'),
      { ...userMessage('It is wide.'), role: 'assistant' as const },
      userMessage('Go on.'),
    ];
    const { figures } = await runTurn(fresh, messages);
    expect(figures.miss).toMatchObject({ cause: 'restart', difference: null });
  });

  it('would catch a first difference that is quoted from elsewhere', async () => {
    const miss = await missAfter('tiny', async () => ({ systemPrompt: 'You answer in rhymes.' }));
    expect(miss?.difference?.before).toMatch(/^\s*words/);
    expect(miss?.difference?.now).not.toMatch(/^\s*words/);
  });
});

describe('a full context', () => {
  it.each(['drop-oldest', 'drop-middle'] as const)(
    'would catch %s that loses the system prompt, makes room every turn, or says nothing',
    async policy => {
      await load('tiny', 768);
      const systemPrompt = 'You answer in words.';
      const conversationId = randomUUID();
      const messages: PromptMessage[] = [];
      let omitted: string[] = [];
      const madeRoom: number[] = [];
      for (let turn = 0; turn < 24; turn++) {
        const question = userMessage(`Question number ${turn}: ${words.join(' ')}?`);
        const prompt = [...messages, question];
        const overflow = { policy, omitted };
        const request = { conversationId, systemPrompt, messages: prompt, overflow };
        const said = await engine.client.call('turn.forecast', request);
        const done = await runTurn(engine, prompt, { conversationId, systemPrompt, overflow });
        const { figures } = done;
        expect(said.omittedTurns).toBe(figures.overflow?.newTurns ?? 0);
        expect(said).toMatchObject({ reusedTokens: figures.reusedTokens });
        omitted = figures.overflow?.omitted ?? [];
        const seen = prompt.filter(({ id }) => !omitted.includes(id));
        await expectOneTruth(done, seen, systemPrompt);
        if (policy === 'drop-middle') expect(seen[0]).toBe(prompt[0]);
        if ((figures.overflow?.newTurns ?? 0) > 0) {
          madeRoom.push(turn);
          expect(figures.miss?.cause).toBe('overflow');
          expect(figures.promptTokens).toBeLessThan(768 * 0.6);
        } else expect(figures.miss).toBeNull();
        messages.push(question, answerMessage(done));
      }
      // Several times, and never in two turns that follow each other.
      expect(madeRoom.length).toBeGreaterThan(1);
      expect(madeRoom.every((turn, n) => n === 0 || turn - (madeRoom[n - 1] ?? 0) > 2)).toBe(true);
    },
  );

  it('would catch a single message that is too long cut short in silence', async () => {
    await load('tiny', 512);
    const long = userMessage(`${words.join(' ')} `.repeat(80));
    const overflow = { policy: 'drop-oldest' as const, omitted: [] };
    await expect(runTurn(engine, [long], { overflow })).rejects.toMatchObject({
      code: 'prompt-too-long',
    });
  });
});
