import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Backends } from '#engine/loading/backend.ts';
import { ggmlType } from '#engine/memory/memory-simulation.ts';
import type { ComparedReading } from '#shared/compare/fidelity.ts';
import { fidelityFigures, perplexity } from '#shared/compare/fidelity-figures.ts';
import type { FidelityPass, PassResult } from '#shared/compare/fidelity-pass.ts';
import { sampleText } from '#shared/compare/sample-text.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { createTemporaryDirectory } from '../host/temporary-directory.ts';
import {
  type EngineUnderTest,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

const f16: CacheTypes = { typeK: 'f16', typeV: 'f16' };
const builtIn = join(import.meta.dirname, '..', '..', 'resources', 'demo-model.gguf');

/** As the product reads a vocabulary of this size. */
const chunkSize = 64;
/** Probabilities as they are, through samplers that leave all of them. */
const plain = { temperature: 1, topK: 0, topP: 1, minP: 0 };

/** An engine, a model, and the file that the passes share. */
async function openBench(path: string, tokens: number) {
  await using undo = new AsyncDisposableStack();
  const directory = undo.use(await createTemporaryDirectory());
  const engine = undo.use(startEngine());
  const distributionsPath = join(directory.path, 'distributions');
  await writeFile(distributionsPath, '');
  const owned = undo.move();
  return {
    engine,
    distributionsPath,
    async pass(pair: CacheTypes, role: 'baseline' | 'candidate'): Promise<PassResult> {
      await engine.load(path, { contextLength: tokens + 1, flashAttention: 'on', ...pair });
      return await read(engine, { tokens, distributionsPath, role });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function read(
  engine: EngineUnderTest,
  pass: Omit<FidelityPass, 'text'> & Partial<FidelityPass>,
  control: { signal?: AbortSignal; onItem?: () => void } = {},
): Promise<PassResult> {
  const { signal, onItem = () => {} } = control;
  return engine.client.stream(
    'measure.fidelity',
    { text: sampleText, ...pass },
    { onItem, ...(signal === undefined ? {} : { signal }) },
  );
}

function compared({ reading, divergences }: PassResult): ComparedReading {
  if (divergences === null) throw new Error('nothing was compared');
  return { ...reading, divergences };
}

describe('the figures of the tiny model', () => {
  const tokens = 150;
  const pairs: readonly CacheTypes[] = [
    { typeK: 'q8_0', typeV: 'q8_0' },
    { typeK: 'q4_0', typeV: 'q4_0' },
    { typeK: 'q4_0', typeV: 'f16' },
  ];
  let model: LlamaModel;
  let text: Token[];
  beforeAll(async () => {
    const { llama } = await new Backends().open('cpu');
    model = await llama.loadModel({ modelPath: await ensureModel('tiny') });
    const { bos, shouldPrependBosToken } = model.tokens;
    const opening = bos !== null && shouldPrependBosToken ? [bos] : [];
    text = [...opening, ...model.tokenize(sampleText)].slice(0, tokens);
  });
  afterAll(() => model.dispose());

  function openContext({ typeK, typeV }: CacheTypes): Promise<LlamaContext> {
    return model.createContext({
      contextSize: tokens + 1,
      threads: 1,
      flashAttention: true,
      experimentalKvCacheKeyType: ggmlType(typeK),
      experimentalKvCacheValueType: ggmlType(typeV),
    });
  }

  /**
   * One position at a time, each by reading its whole chunk again, at a temperature that changes nothing.
   * In chunks as the product reads: with tokens one by one, flash attention computes in another order,
   * and this model answers differently in the third digit.
   */
  async function reference(pair: CacheTypes): Promise<Map<Token, number>[]> {
    await using context = await openContext(pair);
    const sequence = context.getSequence();
    const positions: Map<Token, number>[] = [];
    for (let start = 0; start < tokens - 1; start += chunkSize) {
      const chunk = text.slice(start, Math.min(start + chunkSize, tokens - 1));
      for (const wanted of chunk.keys()) {
        await sequence.eraseContextTokenRanges([{ start, end: tokens }]);
        // Asked for something everywhere, so that the last layer computes the same rows as well.
        const results = await sequence.controlledEvaluate(
          chunk.map((token, at) => [
            token,
            { generateNext: { token: true, probabilities: at === wanted, options: plain } },
          ]),
        );
        positions.push(results[wanted]?.next.probabilities ?? new Map());
      }
    }
    return positions;
  }

  test('would be those of a sampler: a temperature, a penalty, or the likeliest tokens alone', async () => {
    await using bench = await openBench(await ensureModel('tiny'), tokens);
    await bench.pass(f16, 'baseline');
    const bytes = await readFile(bench.distributionsPath);
    const vocabularySize = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    expect(bytes.byteLength).toBe((tokens - 1) * vocabularySize * 4);
    await using context = await openContext(f16);
    const sequence = context.getSequence();
    for (let end = chunkSize; end < tokens; end += chunkSize) {
      const probabilities = await expectedAfter(sequence, text.slice(end - chunkSize, end));
      expect(probabilities.size).toBe(vocabularySize);
      for (const [token, expected] of probabilities) {
        const kept = bytes.readFloatLE(((end - 1) * vocabularySize + token) * 4);
        expect(Math.abs(kept / expected - 1)).toBeLessThan(1e-3);
      }
    }
  });

  test('differ from a plain computation in another way by more than 1e-4', async () => {
    await using bench = await openBench(await ensureModel('tiny'), tokens);
    const baseline = await bench.pass(f16, 'baseline');
    const base = await reference(f16);
    const close = (value: number, expected: number) =>
      expect(Math.abs(value / expected - 1)).toBeLessThan(1e-4);
    close(perplexity(baseline.reading.losses), plainPerplexity(base, text));
    for (const pair of pairs) {
      const candidate = compared(await bench.pass(pair, 'candidate'));
      const figures = fidelityFigures(baseline.reading, candidate);
      const other = await reference(pair);
      const divergences = base.map((p, at) => plainDivergence(p, other[at] ?? new Map()));
      close(figures.perplexity, plainPerplexity(other, text));
      close(figures.klDivergence.mean, plainMean(divergences));
      close(figures.klDivergence.max, Math.max(...divergences));
      const same = base.filter((p, at) => likeliest(p) === likeliest(other[at] ?? new Map()));
      expect(figures.top1Agreement).toBeCloseTo(same.length / base.length, 12);
    }
    const again = compared(await bench.pass(f16, 'candidate'));
    const { klDivergence, top1Agreement } = fidelityFigures(baseline.reading, again);
    expect(klDivergence.max).toBeLessThan(1e-6);
    expect(top1Agreement).toBe(1);
  });
});

describe('the built-in model', () => {
  test('three runs would not agree on what costs more: q4_0, q8_0 or f16, K or V', async () => {
    const tokens = 400;
    await using bench = await openBench(builtIn, tokens);
    const alone = (type: 'q4_0' | 'q8_0') =>
      [
        { typeK: type, typeV: 'f16' },
        { typeK: 'f16', typeV: type },
      ] as const;
    for (let run = 0; run < 3; run++) {
      const baseline = await bench.pass(f16, 'baseline');
      const mean = async (pair: CacheTypes) =>
        fidelityFigures(baseline.reading, compared(await bench.pass(pair, 'candidate')))
          .klDivergence.mean;
      const q8 = await mean({ typeK: 'q8_0', typeV: 'q8_0' });
      expect(await mean({ typeK: 'q4_0', typeV: 'q4_0' })).toBeGreaterThan(10 * q8);
      expect(q8).toBeGreaterThan(10 * (await mean(f16)));
      const [keys, values] = alone('q4_0');
      expect(await mean(keys)).toBeGreaterThan(await mean(values));
    }
  });
});

describe('a measurement', () => {
  test('would leave its text in the cells, and the next turn would count them as a chat', async () => {
    await using bench = await openBench(await ensureModel('tiny'), 100);
    await bench.pass(f16, 'baseline');
    expect(await bench.engine.client.call('snapshot.holder', {})).toBeNull();
    const { cacheUsedTokens } = await untilSignal(bench.engine, 'telemetry', () => true);
    expect(cacheUsedTokens).toBe(0);
    const { figures } = await runTurn(bench.engine, [userMessage('Hello')]);
    expect(figures.reusedTokens).toBe(0);
  });

  test('would go on after its client has cancelled it, and let everything else wait', async () => {
    await using bench = await openBench(await ensureModel('medium'), 4000);
    const { engine, distributionsPath } = bench;
    await engine.load(await ensureModel('medium'), { contextLength: 4001 });
    const abort = new AbortController();
    const cancelled = read(
      engine,
      { tokens: 4000, distributionsPath, role: 'baseline', text: sampleText.repeat(20) },
      { signal: abort.signal, onItem: () => abort.abort() },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    // Waits for its end: thousands of tokens later if it had gone on.
    expect(await engine.client.call('snapshot.holder', {})).toBeNull();
    const written = (await readFile(distributionsPath)).byteLength;
    expect(written).toBeLessThan(4 * 2 ** 20 * 8);
  });

  test('would read on into a context that is too short for the text', async () => {
    await using bench = await openBench(await ensureModel('tiny'), 100);
    const { engine, distributionsPath } = bench;
    const { contextLength } = await engine.load(await ensureModel('tiny'), { contextLength: 64 });
    const { reading, expected } = await read(engine, {
      ...{ tokens: 5000, distributionsPath, role: 'baseline', text: sampleText.repeat(4) },
    });
    expect(reading.losses).toHaveLength(contextLength - 2);
    expect(expected).toHaveLength(contextLength - 2);
  });

  test.each([
    ['a text of one token', { text: 'a' }, 'invalid-input'],
    ['the baseline of another text', { role: 'candidate' as const }, 'storage-failed'],
    ['a file that is gone', { distributionsPath: '/nowhere/at/all' }, 'storage-failed'],
  ])('would give figures for %s', async (_name, odd, code) => {
    await using bench = await openBench(await ensureModel('tiny'), 40);
    const { engine, distributionsPath } = bench;
    await engine.load(await ensureModel('tiny'), { contextLength: 64 });
    const pass = { tokens: 40, distributionsPath, role: 'baseline' as const, ...odd };
    await expect(read(engine, pass)).rejects.toMatchObject({ code });
  });

  test.runIf(process.platform === 'linux')(
    'a full disk would be an error without a reason',
    async () => {
      await using bench = await openBench(await ensureModel('tiny'), 40);
      await bench.engine.load(await ensureModel('tiny'), { contextLength: 64 });
      const pass = { tokens: 40, distributionsPath: '/dev/full', role: 'baseline' as const };
      await expect(read(bench.engine, pass)).rejects.toMatchObject({
        code: 'storage-failed',
        message: expect.stringContaining('full'),
      });
    },
  );
});

/** Through the loop that samples. */
async function expectedAfter(
  sequence: LlamaContextSequence,
  tokens: Token[],
): Promise<Map<Token, number>> {
  const generated = sequence.evaluateWithMetadata(tokens, { probabilities: true }, plain);
  const { value } = await generated.next();
  await generated.return();
  if (value === undefined) throw new Error('the model says nothing');
  return value.probabilities;
}

function plainPerplexity(positions: readonly Map<Token, number>[], text: readonly Token[]): number {
  const losses = positions.map((after, at) => {
    const next = text[at + 1];
    return next === undefined ? Number.NaN : -Math.log(after.get(next) ?? Number.NaN);
  });
  return Math.exp(plainMean(losses));
}

/** The library's own sum is in single precision: off by 1e-8, of a divergence that may be 1e-5. */
function plainDivergence(p: Map<Token, number>, q: Map<Token, number>): number {
  const total = (of: Map<Token, number>) => of.values().reduce((sum, value) => sum + value, 0);
  const [allP, allQ] = [total(p), total(q)];
  let sum = 0;
  for (const [token, own] of p) {
    sum += (own / allP) * Math.log(own / allP / ((q.get(token) ?? Number.NaN) / allQ));
  }
  return sum;
}

function plainMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function likeliest(probabilities: Map<Token, number>): Token | undefined {
  return probabilities.keys().next().value;
}
