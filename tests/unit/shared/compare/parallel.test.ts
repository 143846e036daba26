import { describe, expect, test } from 'vitest';
import { parallelSteps, remainingMs } from '#shared/compare/measurement-steps.ts';
import type { ParallelFigures } from '#shared/compare/parallel.ts';
import { parallelFindings } from '#shared/compare/parallel-text.ts';
import { count, error, measured, parallelResult } from './parallel-result.ts';

describe('what the figures say', () => {
  test.each([
    [
      'a gain would be that of each sequence, or the cost be left out',
      [count(1, [98, 99, 100, 101, 102], 1000), count(16, [300, 305, 310, 315, 320], 16_000)],
      'f16: 16 sequences at once give 3.1 times the tokens per second of one, each at 0.19 of its speed, and reserve 16 times the cache.',
    ],
    [
      'chance would be called a gain',
      [count(1, [98, 99, 100, 101, 120], 1000), count(4, [110, 111, 112, 113, 114], 4000)],
      'f16: 4 sequences at once gain nothing measurable over one, each at 0.28 of its speed, and reserve 4 times the cache.',
    ],
    [
      'a loss would be called a gain, or a cache that is not known be counted',
      [count(1, [100, 100, 100, 100, 100]), count(2, [50, 50, 50, 50, 50])],
      'f16: 2 sequences at once give only 0.5 times the tokens per second of one, each at 0.25 of its speed.',
    ],
    [
      'the fewest would be taken for one, or the order of the request for that of the counts',
      [count(8, [100, 100, 100, 100, 100]), count(2, [50, 50, 50, 50, 50])],
      'f16: 8 sequences at once give 2 times the tokens per second of 2, each at 0.5 of its speed.',
    ],
  ])('%s', (_bug, counts, sentence) => {
    expect(parallelFindings(parallelResult(measured(...counts)))).toEqual([sentence]);
  });

  test('one number alone, or too few samples, would be compared', () => {
    const failed: ParallelFigures = { outcome: 'failed', sequences: 16, error };
    expect(parallelFindings(parallelResult(measured(count(1, [1, 2, 3, 4, 5]), failed)))).toEqual(
      [],
    );
    expect(parallelFindings(parallelResult(null))).toEqual([]);
    const [few] = parallelFindings(parallelResult(measured(count(1, [1]), count(2, [2]))));
    expect(few).toContain('Measured once: too few');
  });
});

test('what is left would be forecast from another number of sequences', () => {
  const steps = parallelSteps(2, { sequences: [1, 8], repetitions: 2 });
  expect(
    steps.map(({ repetition, configuration, sequences }) => [
      ...[repetition, configuration, sequences],
    ]),
  ).toEqual([
    ...[
      [1, 0, 1],
      [1, 0, 8],
      [1, 1, 1],
      [1, 1, 8],
    ],
    ...[
      [2, 0, 1],
      [2, 0, 8],
      [2, 1, 1],
      [2, 1, 8],
    ],
  ]);
  const times = [10, 80, 20, 160];
  const finished = steps.slice(0, 4).map((step, index) => ({ ...step, ms: times[index] ?? 0 }));
  expect(remainingMs(finished, steps.slice(4))).toBe(270);
  expect(remainingMs([], steps)).toBeNull();
});
