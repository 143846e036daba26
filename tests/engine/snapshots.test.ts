import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, open, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';
import type { Snapshot } from '#shared/snapshot/snapshot.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  answerMessage,
  type EngineUnderTest,
  loadReproducible,
  reproducible,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-snapshots-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

const newPath = () => join(directory, `${randomUUID()}.state`);

/** A chat whose answers are in tokens that their texts do not tokenize to. */
async function chatted(engine: EngineUnderTest, turns: number) {
  const control = { conversationId: randomUUID(), systemPrompt: 'You answer in words.' };
  const messages: PromptMessage[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const question = userMessage(`Question number ${turn}?`);
    const sampling = { temperature: 1.5, seed: 7 + turn, maxTokens: 30 };
    const asked = [...messages, question];
    const answer = await runTurn(engine, asked, { ...control, sampling });
    messages.push(question, answerMessage(answer));
  }
  return { control, messages };
}

async function save(engine: EngineUnderTest, conversationId: string) {
  const statePath = newPath();
  const snapshot = await engine.client.call('snapshot.save', { conversationId, statePath });
  if (snapshot === null) throw new Error('the cells hold another conversation');
  return { snapshot, statePath };
}

describe.each(['tiny', 'sliding-window', 'hybrid', 'latent'] as const)('%s', name => {
  it('would catch a restored cache that is read again, or that answers otherwise than the one that was saved', async () => {
    await using first = startEngine();
    await loadReproducible(first, name, 1024);
    const { control, messages } = await chatted(first, 4);
    const saved = await save(first, control.conversationId);
    const next = [...messages, userMessage('And then?')];
    const uninterrupted = await runTurn(first, next, control);

    await using second = startEngine();
    await loadReproducible(second, name, 1024);
    const restored = await second.client.call('snapshot.restore', saved);
    expect(restored.tokens).toBe(saved.snapshot.tokens);
    const resumed = await runTurn(second, next, control);
    expect(resumed.text).toBe(uninterrupted.text);
    expect(resumed.figures).toMatchObject({
      reusedTokens: saved.snapshot.tokens,
      prefilledTokens: uninterrupted.figures.prefilledTokens,
      miss: null,
      restored,
    });
    // It is said once.
    const after = [...next, answerMessage(resumed), userMessage('And now?')];
    expect((await runTurn(second, after, control)).figures.restored).toBeNull();
  });
});

describe('what a snapshot says', () => {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = startEngine();
    await loadReproducible(engine, 'tiny', 1024);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });
  const holder = () => engine.client.call('snapshot.holder', {});

  it('would catch cells that count as saved although a turn has changed them since', async () => {
    const { control, messages } = await chatted(engine, 2);
    expect(await holder()).toMatchObject({ ...holding(control), saved: false });
    const { snapshot } = await save(engine, control.conversationId);
    expect(await holder()).toMatchObject({
      ...holding(control),
      saved: true,
      tokens: snapshot.tokens,
    });
    const saved = await untilSignal(engine, 'cacheMap', map => map?.savedTokens !== 0);
    expect(saved?.savedTokens).toBe(snapshot.tokens);

    // An edit of the second question: what comes before it is still the same.
    const edited = [...messages.slice(0, 2), userMessage('Something else?')];
    const { answerId, figures } = await runTurn(engine, edited, control);
    expect(await holder()).toMatchObject({ ...holding(control), saved: false });
    const changed = await untilSignal(engine, 'cacheMap', map => map?.answerId === answerId);
    expect(changed?.savedTokens).toBe(figures.reusedTokens);

    const other = await runTurn(engine, [userMessage('Hello')], {
      systemPrompt: control.systemPrompt,
    });
    const theirs = await untilSignal(engine, 'cacheMap', map => map?.answerId === other.answerId);
    expect(theirs?.savedTokens).toBe(0);
  });

  it('would catch a snapshot of one chat that holds the cells of another', async () => {
    const { control } = await chatted(engine, 1);
    await chatted(engine, 1);
    const request = { conversationId: control.conversationId, statePath: newPath() };
    expect(await engine.client.call('snapshot.save', request)).toBeNull();
  });

  it('would catch a disk that is full leaving half a file, or ending the engine', async context => {
    context.skip(process.platform !== 'linux', '/dev/full is there on Linux only');
    const { control } = await chatted(engine, 1);
    const statePath = newPath();
    await symlink('/dev/full', statePath);
    const request = { conversationId: control.conversationId, statePath };
    await expect(engine.client.call('snapshot.save', request)).rejects.toMatchObject({
      code: 'snapshot-failed',
    });
    expect(await readdir(directory)).not.toContain(basename(statePath));
    expect(await holder()).toMatchObject({ ...holding(control), saved: false });
  });
});

const holding = ({ conversationId }: { conversationId: string }) => ({ conversationId });

describe('refusals', () => {
  let engine: EngineUnderTest;
  let saved: { snapshot: Snapshot; statePath: string };
  beforeAll(async () => {
    engine = startEngine();
    await loadReproducible(engine, 'tiny', 1024);
    const { control } = await chatted(engine, 3);
    saved = await save(engine, control.conversationId);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  /** The same snapshot with something wrong about it. */
  const changes: readonly (readonly [
    string,
    RegExp,
    (path: string) => Promise<Partial<Snapshot> | undefined>,
  ])[] = [
    ['truncated', /has .* and had/, async path => void (await truncate(path, 5000))],
    ['empty', /has 0 B, and had/, async path => void (await truncate(path, 0))],
    ['missing', /cannot be read/, async path => void (await rm(path))],
    [
      'corrupted',
      /checksum/,
      async path => {
        await using file = await open(path, 'r+');
        const byte = Buffer.alloc(1);
        await file.read(byte, 0, 1, 20_000);
        byte[0] = (byte[0] ?? 0) ^ 1;
        await file.write(byte, 0, 1, 20_000);
        return undefined;
      },
    ],
    ['older', /llama\.cpp b1/, async () => withIdentity({ llamaCppRelease: 'b1' })],
    [
      'foreign',
      /made with Other/,
      async () => withIdentity({ modelFingerprint: '0', modelName: 'Other' }),
    ],
    ['of other keys', /q8_0 \(keys\)/, async () => withIdentity({ typeK: 'q8_0' })],
    ['of other values', /q4_0 \(values\)/, async () => withIdentity({ typeV: 'q4_0' })],
    ['with flash attention', /flash attention/, async () => withIdentity({ flashAttention: true })],
    ['too long', /has room for 1,023/, async () => ({ tokens: 1024 })],
    [
      'with tokens beyond the vocabulary',
      /does not have/,
      async () => ({ lastTurn: { ...saved.snapshot.lastTurn, answerTokens: [1_000_000] } }),
    ],
  ];
  const withIdentity = (part: Partial<Snapshot['identity']>): Partial<Snapshot> => ({
    identity: { ...saved.snapshot.identity, ...part },
  });

  it.each(changes)('would catch a snapshot that is %s being loaded', async (_, reason, change) => {
    const { control, messages } = await chatted(engine, 2);
    const statePath = newPath();
    await copyFile(saved.statePath, statePath);
    const snapshot = { ...saved.snapshot, ...(await change(statePath)) };
    const refused = engine.client.call('snapshot.restore', { snapshot, statePath });
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^snapshot-(refused|damaged)$/),
      message: expect.stringMatching(reason),
    });
    // The cells are as they were.
    const { figures } = await runTurn(engine, [...messages, userMessage('And then?')], control);
    expect(figures.miss).toBeNull();
    expect(figures.restored).toBeNull();
    expect(figures.reusedTokens).toBeGreaterThan(0);
  });

  it('would catch a file that llama.cpp cannot read leaving old cells behind an empty list', async () => {
    await chatted(engine, 2);
    const statePath = newPath();
    // Whole, with its own checksum, and of another model's geometry: nothing but llama.cpp can tell.
    await using other = startEngine();
    await loadReproducible(other, 'multi-head', 1024);
    const { control, messages } = await chatted(other, 1);
    const foreign = await other.client.call('snapshot.save', {
      conversationId: control.conversationId,
      statePath,
    });
    if (foreign === null) throw new Error('nothing was saved');
    const snapshot = { ...foreign, identity: saved.snapshot.identity };
    const refused = engine.client.call('snapshot.restore', { snapshot, statePath });
    await expect(refused).rejects.toMatchObject({ code: 'snapshot-damaged' });
    const turn = await runTurn(engine, messages.slice(0, 1), control);
    expect(turn.figures.reusedTokens).toBe(0);
  });
});

it('would catch cells of a full window cache loaded into a window, or the setting asked of a model without', async () => {
  await using engine = startEngine();
  const full = { contextLength: 1024, ...reproducible, swaFull: true };
  const slides = await ensureModel('sliding-window');
  await engine.load(slides, full);
  const { control } = await chatted(engine, 1);
  const saved = await save(engine, control.conversationId);
  await engine.load(slides, { ...full, swaFull: false });
  await expect(engine.client.call('snapshot.restore', saved)).rejects.toMatchObject({
    code: 'snapshot-refused',
    message: expect.stringContaining('kept every token'),
  });
  const plain = await ensureModel('tiny');
  await engine.load(plain, full);
  const second = await chatted(engine, 1);
  const other = await save(engine, second.control.conversationId);
  await engine.load(plain, { ...full, swaFull: false });
  expect(await engine.client.call('snapshot.restore', other)).toMatchObject({
    tokens: other.snapshot.tokens,
  });
});

describe('which model it is of', () => {
  it('would catch other weights of the same shape taken for the model, or a copy of it refused', async () => {
    const path = await ensureModel('tiny');
    const names = { copy: join(directory, 'copy.gguf'), trained: join(directory, 'trained.gguf') };
    for (const name of Object.values(names)) await copyFile(path, name);
    await changeWeights(names.trained);

    await using engine = startEngine();
    await engine.load(path, { contextLength: 1024, ...reproducible });
    const { control } = await chatted(engine, 2);
    const saved = await save(engine, control.conversationId);
    await engine.load(names.trained, { contextLength: 1024, ...reproducible });
    await expect(engine.client.call('snapshot.restore', saved)).rejects.toMatchObject({
      code: 'snapshot-refused',
      message: expect.stringMatching(/other weights/),
    });
    await engine.load(names.copy, { contextLength: 1024, ...reproducible });
    expect((await engine.client.call('snapshot.restore', saved)).tokens).toBe(
      saved.snapshot.tokens,
    );
  });
});

/** A byte of every 64 KiB of the last half, where the weights are. */
async function changeWeights(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  for (let at = Math.floor(size / 2); at < size; at += 65_536) {
    await file.read(byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, at);
  }
}

describe('cache types', () => {
  it.each([
    ['f16', 'f16'],
    ['q8_0', 'q8_0'],
    ['q4_0', 'q4_0'],
    ['q8_0', 'q5_1'],
  ] as const)(
    'would catch %s keys and %s values that do not come back whole',
    async (typeK, typeV) => {
      const path = await ensureModel('tiny');
      const options = { contextLength: 1024, typeK, typeV, flashAttention: 'on' } as const;
      await using first = startEngine();
      await first.load(path, options);
      const { control, messages } = await chatted(first, 3);
      const saved = await save(first, control.conversationId);
      const next = [...messages, userMessage('And then?')];
      const uninterrupted = await runTurn(first, next, control);
      await using second = startEngine();
      await second.load(path, options);
      await second.client.call('snapshot.restore', saved);
      const resumed = await runTurn(second, next, control);
      expect(resumed.text).toBe(uninterrupted.text);
      expect(resumed.figures.reusedTokens).toBe(saved.snapshot.tokens);
    },
  );
});
