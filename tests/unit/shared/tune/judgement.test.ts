import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge, judgePrediction, judgeTurns } from '#shared/tune/judgement.ts';
import type { PredictionFigures, TaskFigures } from '#shared/tune/prediction-figures.ts';

test.each([
  ['faster', [100, 101, 102], [90, 91, 92]],
  ['slower', [100, 101, 102], [110, 111, 112]],
  // One sample of each lies within the other's range.
  ['no-difference', [100, 101, 102], [90, 91, 100]],
  // Apart, and not worth a change.
  ['no-difference', [100, 100.1, 100.2], [99, 99.1, 99.2]],
  ['no-difference', [100, 101], [50, 51]],
  ['no-difference', [], []],
] as const)('would be taken for %s or for something else: %j against %j', (wanted, one, other) => {
  expect(judge(one, other)).toBe(wanted);
});

const times = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { maxLength: 6 });

test('would call one faster than the other, and the other as well', () => {
  fc.assert(
    fc.property(times, times, (one, other) => {
      expect(judge(one, one)).toBe('no-difference');
      const forth = judge(one, other);
      const back = judge(other, one);
      expect([forth, back]).toEqual(
        forth === 'no-difference'
          ? ['no-difference', 'no-difference']
          : expect.arrayContaining(['faster', 'slower']),
      );
    }),
  );
});

const samples = (turnMs: number[]) => ({ turnMs, prefillMs: turnMs, decodeMs: turnMs });

test.each([
  ['slower', [100], [201]],
  // Another program may have had the processor once.
  ['no-difference', [100], [199]],
  ['slower', [100, 110], [140, 150]],
  ['no-difference', [100, 110], [137, 200]],
  ['no-difference', [100], [50]],
] as const)(
  'far slower in all samples would be tried on, or in one be given up: %s',
  (wanted, one, other) => {
    const pair = { incumbent: samples([...one]), candidate: samples([...other]) };
    expect(judgeTurns(pair)).toBe(wanted);
  },
);

const task = (ms: number, parts: Partial<TaskFigures> = {}): TaskFigures => ({
  ...{ tokens: 64, guessed: 30, accepted: 20 },
  msPerToken: [ms, ms * 1.001, ms * 1.002],
  ...parts,
});
const figures = (repeating: TaskFigures, fresh: TaskFigures): PredictionFigures => ({
  repeating,
  fresh,
});

test.each([
  ['faster', task(5), task(10), true],
  // Faster where it can be, and 3 % slower where it cannot.
  ['slower', task(5), task(10.3), true],
  ['no-difference', task(5), task(10, { msPerToken: [9.9, 10.3, 10.4] }), true],
  ['no-difference', task(9.9), task(10), true],
  ['slower', task(12), task(10), true],
  ['no-difference', task(5, { tokens: 7 }), task(10), true],
  ['other-answer', task(5), task(10), false],
] as const)(
  'prediction would be advised or not against its figures: %s',
  (wanted, repeating, fresh, sameAnswers) => {
    const incumbent = figures(task(10), task(10));
    expect(judgePrediction({ incumbent, candidate: figures(repeating, fresh), sameAnswers })).toBe(
      wanted,
    );
  },
);
