import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheTypesName } from '#shared/compare/configuration.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import { attentionLayer } from '#shared/model/model-layer.ts';
import type { TuneSpace } from '#shared/tune/candidates.ts';
import { judgePrediction, judgeTurns } from '#shared/tune/judgement.ts';
import { type SearchRequest, searchSettings } from '#shared/tune/search.ts';
import type { PredictionPair, SearchResult, TurnPair } from '#shared/tune/tune.ts';
import type { TuneBench } from '#shared/tune/tune-bench.ts';

const layers = [attentionLayer({ kvHeads: 2, keyLength: 64, valueLength: 64 })];
const space: TuneSpace = { layers, floorNats: 0.01, promptTokens: 600 };
const start = loadOptionsSchema.parse({});
const failure = new AppError('engine-crashed', 'The engine died.', {}).data;

/** A machine on which everything is as the test says. */
interface Machine {
  /** Of a turn; null: whatever is measured of it fails. */
  readonly turnMs: (options: LoadOptions, call: number) => number | null;
  readonly tokenMs?: (options: LoadOptions, task: 'repeating' | 'fresh') => number;
  readonly memory?: (options: LoadOptions) => number | null;
  readonly divergence?: (types: CacheTypes) => number | null;
  /** Trials after which the time is over. */
  readonly trials?: number;
}

interface Bench extends TuneBench {
  readonly measured: { incumbent: LoadOptions; candidate: LoadOptions }[];
}

function benchOf({
  turnMs,
  tokenMs = () => 10,
  memory = () => 100,
  divergence = () => 0.001,
  trials = Number.POSITIVE_INFINITY,
}: Machine): Bench {
  const measured: Bench['measured'] = [];
  const spread = (ms: number) => [ms, ms * 1.001, ms * 1.002];
  const turns = (ms: number) => ({ turnMs: spread(ms), prefillMs: [ms], decodeMs: [ms] });
  const answers = (options: LoadOptions) => {
    const task = (name: 'repeating' | 'fresh') => ({
      ...{ tokens: 64, guessed: 10, accepted: 5 },
      msPerToken: spread(tokenMs(options, name)),
    });
    return { repeating: task('repeating'), fresh: task('fresh') };
  };
  return {
    measured,
    async load(options) {
      const threadTrials = [
        { threads: 1, medianMs: 10 },
        { threads: 2, medianMs: 12 },
        { threads: 4, medianMs: 90 },
      ];
      const facts = { threads: 1, threadTrials, flashAttention: true };
      return { outcome: 'measured', ...facts, memoryBytes: memory(options) };
    },
    plannedBytes: async options => memory(options),
    async compareTurns(incumbent, candidate) {
      const call = measured.push({ incumbent, candidate });
      const [one, other] = [turnMs(incumbent, call), turnMs(candidate, call)];
      if (one === null || other === null) return { outcome: 'failed', error: failure };
      const memoryBytes = memory(candidate);
      const pair = { incumbent: turns(one), candidate: turns(other) };
      return { outcome: 'measured', turns: pair, memoryBytes };
    },
    async comparePrediction(incumbent, candidate) {
      measured.push({ incumbent, candidate });
      const prediction = {
        incumbent: answers(incumbent),
        candidate: answers(candidate),
        sameAnswers: true,
      };
      return { outcome: 'measured', prediction, memoryBytes: memory(candidate) };
    },
    divergences: async types => types.map(divergence),
    hasTime: () => measured.length < trials,
    tell: () => {},
  };
}

const noLimit: SearchRequest = { start, budgetBytes: null, floorNats: 0.01 };

async function search(machine: Machine, request: Partial<SearchRequest> = {}) {
  const all = { ...noLimit, ...request };
  const bench = benchOf(machine);
  const floor = { ...space, floorNats: all.floorNats };
  return { ...(await searchSettings(all, floor, bench)), measured: bench.measured };
}

describe('the choice', () => {
  test('of two gains, one would be lost with the other', async () => {
    const turnMs = ({ threads, batchSize }: LoadOptions) =>
      100 * (threads === 2 ? 0.8 : 1) * (batchSize === 256 ? 0.7 : 1);
    const { outcome, choice, check, trials } = await search({ turnMs });
    expect(outcome).toBe('improved');
    expect(choice?.options).toEqual({ ...start, threads: 2, batchSize: 256 });
    expect(check?.turns.incumbent.turnMs[0]).toBe(100);
    expect(check?.turns.candidate.turnMs[0]).toBeCloseTo(56);
    expect(trials.map(({ verdict }) => verdict)).toContain('no-difference');
    // Four threads are far too slow in calibration.
    expect(trials.some(({ options }) => options.threads === 4)).toBe(false);
  });

  test('a gain that does not come back in the last check would be advised', async () => {
    const turnMs = ({ threads }: LoadOptions, call: number) =>
      threads === 2 && call === 1 ? 50 : 100;
    const { outcome, choice, trials, check } = await search({ turnMs });
    expect(trials[0]).toMatchObject({ verdict: 'faster', options: { threads: 2 } });
    expect({ outcome, options: choice?.options }).toEqual({ outcome: 'keep', options: start });
    expect(check).not.toBeNull();
  });

  test('prediction alone would be lost, since it does not change the time of the turn', async () => {
    const tokenMs: Machine['tokenMs'] = ({ tokenPrediction }, task) =>
      tokenPrediction === 'input-lookup' && task === 'repeating' ? 4 : 10;
    const { outcome, choice, check } = await search({ turnMs: () => 100, tokenMs });
    expect(outcome).toBe('improved');
    expect(choice?.options).toEqual({ ...start, tokenPrediction: 'input-lookup' });
    expect(check?.prediction?.candidate.repeating.msPerToken[0]).toBe(4);
  });

  test('prediction that loses where the answer is new would be advised', async () => {
    const tokenMs: Machine['tokenMs'] = ({ tokenPrediction }, task) => {
      if (tokenPrediction === 'off') return 10;
      return task === 'repeating' ? 4 : 11;
    };
    const { outcome, trials } = await search({ turnMs: () => 100, tokenMs });
    expect(outcome).toBe('keep');
    expect(trials.at(-1)).toMatchObject({ coordinate: 'token-prediction', verdict: 'slower' });
  });

  test('a candidate that the engine dies over would end the search', async () => {
    const turnMs = ({ threads, batchSize }: LoadOptions) => {
      if (threads === 2) return null;
      return batchSize === 128 ? 50 : 100;
    };
    const { outcome, trials, choice } = await search({ turnMs });
    expect(trials[0]).toMatchObject({ verdict: 'failed', error: failure });
    expect({ outcome, batch: choice?.options.batchSize }).toEqual({
      outcome: 'improved',
      batch: 128,
    });
  });

  test('what there is no time for would be passed over in silence', async () => {
    const { untried, trials } = await search({ turnMs: () => 100, trials: 2 });
    expect(trials).toHaveLength(2);
    expect(untried.map(({ coordinate }) => coordinate)).toContain('token-prediction');
  });
});

describe('limits', () => {
  const half = ({ typeK }: CacheTypes) => (typeK === 'f16' ? 100 : 50);

  test('a start above the budget would stay because it is the fastest', async () => {
    const turnMs = ({ typeK }: LoadOptions) => (typeK === 'f16' ? 100 : 200);
    const {
      outcome,
      choice,
      start: began,
      costs,
      check,
    } = await search({ turnMs, memory: half }, { budgetBytes: 60 });
    expect(began.limit).toBe('over-budget');
    expect(outcome).toBe('limits-kept');
    expect(choice).toMatchObject({
      options: { typeK: 'q8_0', typeV: 'q8_0' },
      memoryBytes: 50,
      divergence: 0.001,
    });
    expect(check?.turns.candidate.turnMs[0]).toBe(200);
    expect(costs.map(each => [cacheTypesName(each), each.memoryBytes])).toEqual([
      ['f16', 100],
      ['q8_0', 50],
      ['q8_0:q4_0', 50],
      ['q4_0', 50],
    ]);
  });

  test('a cache that fits would be taken however far it is from f16', async () => {
    const none = await search(
      { turnMs: () => 100, memory: half, divergence: () => 0.02 },
      { budgetBytes: 60 },
    );
    expect(none).toMatchObject({ outcome: 'nothing-fits', choice: null, check: null });
    expect(none.trials.map(({ verdict }) => verdict)).toContain('below-floor');
    const { outcome } = await search(
      { turnMs: () => 100, memory: half },
      { budgetBytes: 60, floorNats: 0 },
    );
    expect(outcome).toBe('nothing-fits');
  });

  test('memory that nobody knows would pass for memory that fits', async () => {
    const { outcome } = await search(
      { turnMs: () => 100, memory: () => null },
      { budgetBytes: 60 },
    );
    expect(outcome).toBe('nothing-fits');
  });
});

/** The same arbitrary figure for the same settings. */
function figure(seed: number, low: number, high: number) {
  return (of: unknown): number => {
    let state = seed >>> 0;
    for (const letter of JSON.stringify(of)) {
      state = Math.imul(state ^ letter.charCodeAt(0), 0x0100_0193) >>> 0;
    }
    return low + ((high - low) * (state % 1000)) / 1000;
  };
}

const isConfirmed = (turns: TurnPair | undefined, prediction: PredictionPair | null | undefined) =>
  turns !== undefined &&
  (judgeTurns(turns) === 'faster' ||
    (judgeTurns(turns) !== 'slower' &&
      prediction != null &&
      judgePrediction(prediction) === 'faster'));

function expectKept(result: SearchResult, request: SearchRequest): void {
  const { choice, check, outcome } = result;
  if (choice === null) {
    expect(outcome).toBe('nothing-fits');
    return;
  }
  expect(choice.memoryBytes ?? Number.NaN).toBeLessThanOrEqual(request.budgetBytes ?? Number.NaN);
  expect(choice.divergence ?? Number.NaN).toBeLessThanOrEqual(request.floorNats);
  if (outcome === 'improved') {
    expect(isConfirmed(check?.turns, check?.prediction)).toBe(true);
  } else if (outcome === 'keep') expect(choice.options).toEqual(request.start);
}

test('whatever is measured, the choice would be slower than the start, or above a limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.double({ min: 0, max: 0.02, noNaN: true }),
      fc.integer({ min: 40, max: 110 }),
      fc.constantFrom('f16', 'q8_0', 'q4_0'),
      async (seed, floorNats, budgetBytes, type) => {
        const request: SearchRequest = {
          start: { ...start, typeK: type, typeV: type },
          budgetBytes,
          floorNats,
        };
        const time = figure(seed, 50, 150);
        const far = figure(seed + 1, 0, 0.02);
        const result = await search(
          {
            turnMs: (options, call) => (call % 7 === 6 ? null : time([options, call % 3])),
            tokenMs: (options, task) => time([options, task]),
            memory: figure(seed + 2, 40, 110),
            divergence: types => far([types.typeK, types.typeV]),
          },
          request,
        );
        expectKept(result, request);
        // Five coordinates with a handful of values each, and twice the check.
        expect(result.measured.length).toBeLessThanOrEqual(12);
      },
    ),
    { numRuns: 300 },
  );
});
