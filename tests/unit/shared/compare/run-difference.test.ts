import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import { runDifference } from '#shared/compare/run-difference.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { f16, measured, measurement, mixed, q8, speedResult } from './speed-result.ts';
import { wholeResult } from './whole-result.ts';

const samples = (decodeMs: readonly number[]) => decodeMs.map(ms => measurement(10 * ms, ms));
const run = (decodeMs: readonly number[]): ComparisonResult =>
  knownWeights(speedResult([measured(f16, samples(decodeMs))]));

function knownWeights(result: ComparisonResult): ComparisonResult {
  return { ...result, facts: { ...result.facts, modelFingerprint: 'same' } };
}

describe('what both runs have', () => {
  test.each([
    ['apart', [10, 10, 11, 12, 12], [20, 20, 22, 24, 24], 0.5, true],
    ['touching', [10, 10, 11, 12, 12], [12, 12, 13, 14, 14], 11 / 13, false],
    ['within each other', [10, 10, 11, 12, 12], [9, 9, 11, 13, 13], 1, false],
    ['too few', [10, 11, 11, 12], [20, 22, 22, 24], 0.5, null],
    ['too few on one side', [10, 10, 11, 12, 12], [20], 0.55, null],
  ])('samples that are %s would be told wrong', (_what, first, second, ratio, isMeasurable) => {
    const { configurations, obstacles } = runDifference(run(first), run(second));
    expect(obstacles).toEqual([]);
    const [depth] = configurations[0]?.depths ?? [];
    expect(depth?.depthTokens).toBe(1024);
    for (const figure of [depth?.decode, depth?.prefill]) {
      expect(figure?.ratio).toBeCloseTo(ratio);
      expect(figure?.isMeasurable).toBe(isMeasurable);
    }
    // A time, so that the slower run has the higher one.
    expect(depth?.ttft?.ratio).toBeCloseTo(1 / ratio, 1);
    expect(depth?.ttft?.isMeasurable).toBe(isMeasurable);
  });

  test('a figure that one run has not measured would be invented', () => {
    const alone = samples([10, 11, 12]).map(each => ({ ...each, prefill: null }));
    const without = speedResult([measured(f16, alone)]);
    const [depth] = runDifference(run([10, 11, 12]), without).configurations[0]?.depths ?? [];
    expect(depth).toMatchObject({ prefill: null, ttft: null, decode: { ratio: 1 } });
  });

  test('other depths, or another configuration of the same types, would be put side by side', () => {
    const [first, second] = [run([10, 11, 12]), run([10, 11, 12])];
    const [outcome] = second.speed?.configurations ?? [];
    if (outcome?.outcome !== 'measured' || second.speed === null) throw new Error('not measured');
    const deeper = outcome.depths.map(depth => ({ ...depth, depthTokens: 2048 }));
    const elsewhere = {
      ...second,
      speed: { ...second.speed, configurations: [{ ...outcome, depths: deeper }] },
    };
    expect(runDifference(first, elsewhere).configurations).toMatchObject([{ depths: [] }]);

    const configurations = second.configurations.map(each => ({ ...each, batchSize: 64 }));
    const other = runDifference(first, { ...second, configurations });
    expect(other.configurations).toEqual([]);
    expect(other.obstacles).toEqual(['The two runs have no configuration in common.']);
  });

  test('fidelity would be taken from another configuration, or from one that failed', () => {
    const { configurations } = runDifference(wholeResult(), wholeResult());
    expect(configurations.map(({ name }) => name)).toEqual(['f16', 'q8_0', 'q4_0']);
    const { top1Changes } = Object(wholeResult().fidelity?.configurations[1]);
    expect(configurations.map(({ fidelity }) => fidelity)).toMatchObject([
      { first: null, second: null },
      { first: { top1Changes }, second: { top1Changes } },
      { first: null, second: null },
    ]);
    expect(configurations[1]?.fidelity.first).not.toHaveProperty('reading');
  });

  test('the order of the second run would matter, or one configuration be paired twice', () => {
    const types = fc.array(fc.constantFrom(...cacheTypes), { minLength: 1, maxLength: 8 });
    const result = (each: readonly string[]): ComparisonResult => ({
      ...speedResult([]),
      configurations: each.map(typeK => configurationSchema.parse({ typeK })),
      speed: null,
    });
    fc.assert(
      fc.property(types, types, (one, other) => {
        const shared = runDifference(result(one), result(other)).configurations;
        const count = (list: readonly string[], type: string) =>
          list.filter(each => each === type).length;
        for (const type of cacheTypes) {
          const found = shared.filter(({ configuration }) => configuration.typeK === type);
          expect(found).toHaveLength(Math.min(count(one, type), count(other, type)));
        }
        expect(new Set(shared.map(({ name }) => name)).size).toBe(shared.length);
      }),
    );
  });

  test('a run would differ from itself, or a ratio depend on which run is the first', () => {
    const ms = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), {
      minLength: 5,
      maxLength: 7,
    });
    const decode = (first: readonly number[], second: readonly number[]) => {
      const [depth] = runDifference(run(first), run(second)).configurations[0]?.depths ?? [];
      return depth?.decode ?? null;
    };
    fc.assert(
      fc.property(ms, ms, (one, other) => {
        expect(decode(one, one)).toMatchObject({ ratio: 1, isMeasurable: false });
        const [there, back] = [decode(one, other), decode(other, one)];
        expect((there?.ratio ?? 0) * (back?.ratio ?? 0)).toBeCloseTo(1);
        expect(there?.isMeasurable).toBe(back?.isMeasurable);
      }),
    );
  });
});

describe('what else differs', () => {
  const base = knownWeights(wholeResult());
  const withFacts = (facts: Partial<ComparisonResult['facts']>): ComparisonResult => ({
    ...base,
    facts: { ...base.facts, ...facts },
  });

  test.each<[string, ComparisonResult, string[]]>([
    ['nothing', base, []],
    [
      'the weights',
      withFacts({ modelFingerprint: 'other' }),
      ['The weights differ: two files of the name "Scripted".'],
    ],
    [
      'the model',
      withFacts({ modelFingerprint: 'other', model: { ...base.facts.model, name: 'Tiny' } }),
      ['The models differ: Scripted in the first run, Tiny in the second.'],
    ],
    [
      'a file that could not be read',
      withFacts({ modelFingerprint: null }),
      ['Whether both runs had the same weights is not known: a file could not be read then.'],
    ],
    [
      'releases',
      withFacts({ llamaCppRelease: 'b2', appVersion: '2.0.0' }),
      [
        'The release of llama.cpp differs: scripted in the first run, b2 in the second.',
        'The version of Headroom differs: 1.2.3 in the first run, 2.0.0 in the second.',
      ],
    ],
    [
      'the machine',
      withFacts({ cpu: '', backend: 'vulkan', devices: ['A card'] }),
      [
        'The processor differs: A processor in the first run, one without a name in the second.',
        'The backend differs: cpu in the first run, vulkan, A card in the second.',
      ],
    ],
    [
      'the test',
      {
        ...base,
        speed: base.speed && {
          ...base.speed,
          series: { ...base.speed.series, promptTokens: 2048 },
        },
      },
      ['The length of the prompt differs: 100 in the first run, 2,048 in the second.'],
    ],
    [
      'the text',
      {
        ...base,
        fidelity: base.fidelity && {
          ...base.fidelity,
          text: { ...base.fidelity.text, sha256: '1', expected: ['a', 'b'] },
        },
      },
      [
        'Fidelity was measured over different texts, of 20 places in the first run, 2 places in the second.',
      ],
    ],
  ])('figures would be put side by side that do not compare: %s', (_what, second, sentences) => {
    expect(runDifference(base, second).obstacles).toEqual(sentences);
  });

  test('what `auto` came to would go unnoticed, or be told again for every configuration', () => {
    const resolved = (threads: number): ComparisonResult => {
      const compared = [f16, q8, mixed].map(types => measured(types, samples([1, 2, 3])));
      return knownWeights(
        speedResult(
          compared.map(({ configuration, outcome }) => ({
            configuration,
            outcome:
              outcome.outcome === 'measured'
                ? { ...outcome, report: { ...outcome.report, threads } }
                : outcome,
          })),
        ),
      );
    };
    expect(runDifference(resolved(2), resolved(4)).obstacles).toEqual([
      'The number of threads of f16 and of q8_0 and of q8_0:q4_0 differs: 2 in the first run, 4 in the second.',
    ]);
  });
});
