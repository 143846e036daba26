import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { benchRows } from '#shared/compare/llama-bench-rows.ts';
import { fixedTokenBytes, memoryLimit } from '#shared/compare/roofline.ts';
import { memoryFindings } from '#shared/compare/roofline-text.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { report } from '../../../host/fixtures/scripted-engine.ts';
import { f16, measured, measurement, q8, speedResult } from './speed-result.ts';

const bandwidth = (...rates: number[]) => ({ bytesPerSecond: sampleStatistics(rates), threads: 1 });
/** 1,000 tokens a second at depth 1,024, with so many bytes for a token beside the 2,048 of its cells. */
const figures = (fixed: number | null) => speedFigures(1024, [measurement(100, 10)], fixed);

describe('memoryLimit', () => {
  test('the cells would be left out, or a busy moment make the memory slower than it is', () => {
    const read = figures(7952);
    expect(read.tokenBytes).toBe(10_000);
    const limit = memoryLimit(read, bandwidth(5e6, 20e6, 10e6));
    expect(limit).toEqual({ tokensPerSecond: 2000, share: 0.5 });
  });

  test('there would be a limit where a part of it was not measured', () => {
    expect(memoryLimit(figures(null), bandwidth(1))).toBeNull();
    expect(memoryLimit(figures(1), null)).toBeNull();
    expect(memoryLimit({ ...figures(1), decode: null }, bandwidth(1))).toBeNull();
    const without = { ...measurement(100, 10) };
    if (without.decode !== null) without.decode = { ...without.decode, depthBytes: null };
    expect(speedFigures(0, [without], 100).tokenBytes).toBeNull();
  });

  test('the same speed would be a smaller share of a slower memory, or of a larger model', () => {
    const positive = fc.double({ min: 1, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (rate, fixed, more) => {
        const share = (bytes: number, memory: number) =>
          memoryLimit(figures(bytes), bandwidth(memory))?.share ?? Number.NaN;
        expect(share(fixed + more, rate)).toBeGreaterThanOrEqual(share(fixed, rate));
        expect(share(fixed, rate + more)).toBeLessThanOrEqual(share(fixed, rate));
      }),
    );
  });
});

test('the state of recurrent layers would be moved once, or an unknown model have a size', () => {
  const { planned } = report('/m.gguf', loadOptionsSchema.parse({}));
  const of = (activeWeightsBytes: number | null, recurrentBytes: number | null) =>
    fixedTokenBytes({
      planned: { ...planned, recurrentBytes, model: { ...planned.model, activeWeightsBytes } },
    });
  expect(of(100, 8)).toBe(116);
  expect(of(null, 0)).toBeNull();
  expect(of(100, null)).toBeNull();
});

describe('memoryFindings', () => {
  const run = (rate: number | null) => {
    const result = speedResult(
      [f16, q8].map(types => {
        const { configuration, outcome } = measured(types, []);
        if (outcome.outcome !== 'measured') throw new Error('not measured');
        return { configuration, outcome: { ...outcome, depths: [figures(7952)] } };
      }),
    );
    const memoryBandwidth = rate === null ? null : bandwidth(rate);
    return { ...result, facts: { ...result.facts, memoryBandwidth } };
  };

  test('a model in the caches of the processor would be said to use three times the memory there is', () => {
    expect(memoryFindings(run(3.3e6))).toEqual([
      "With f16 and q8_0 the decode is faster than memory can be read: what a token needs fits into the processor's caches, and the limit of the memory does not apply.",
    ]);
    expect(memoryFindings(run(12.5e6))).toEqual(
      ['f16', 'q8_0'].map(
        name =>
          `With ${name} the decode reaches 80 % at depth 1,024 of what reading memory at 12.50 MB/s allows.`,
      ),
    );
    expect(memoryFindings(run(null))).toEqual([]);
  });

  test('a row of a prompt would have a limit that is not its own', () => {
    const [prompt, generation] = benchRows(run(20e6));
    expect(prompt).toMatchObject({ token_bytes: null, memory_limit_ts: null });
    expect(generation).toMatchObject({
      ...{ token_bytes: 10_000, memory_bytes_per_second: 20e6 },
      ...{ memory_limit_ts: 2000, memory_limit_share: 0.5 },
    });
  });
});
