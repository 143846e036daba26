import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeSilence, quietLimitMs } from '#host/chat/quiet-limit.ts';

const shortestMs = 30_000;

describe('the limit', () => {
  test.each([
    ['nothing was shown yet', 0, 30_000],
    ['tokens come fast', 20, 30_000],
    ['slow motion at one token a second', 1000, 30_000],
    ['a token takes as long as a third of a minute', 20_000, 200_000],
    ['the weights come from the disk for every token', 80_000, 300_000],
    ['the machine slept in the middle of the turn', 8 * 3_600_000, 300_000],
  ])('slow would be taken for stuck, or nobody told at all: %s', (_name, gapMs, limitMs) => {
    expect(quietLimitMs(gapMs, shortestMs)).toBe(limitMs);
  });

  test('a pace that a turn has shown before would trip it', () => {
    const gaps = fc.integer({ min: 0, max: 299_999 });
    fc.assert(fc.property(gaps, gap => quietLimitMs(gap, shortestMs) > gap));
  });
});

describe('a silence', () => {
  const wait = (lookInMs: number, sinceMs = 1000) => ({ stalled: false, sinceMs, lookInMs });

  test.each([
    ['is as long as the limit', { nowMs: 31_000, dueMs: 31_000, longestGapMs: 50 }, true],
    ['is looked at a little early', { nowMs: 30_999, dueMs: 31_000, longestGapMs: 50 }, wait(1)],
    [
      'is long, but not for this turn',
      { nowMs: 31_000, dueMs: 31_000, longestGapMs: 9000 },
      wait(60_000),
    ],
    ['is long for a slow turn, too', { nowMs: 91_000, dueMs: 91_000, longestGapMs: 9000 }, true],
    ['was seen late on a busy machine', { nowMs: 40_000, dueMs: 31_000, longestGapMs: 50 }, true],
    [
      'is that of a machine that slept',
      { nowMs: 9_000_000, dueMs: 31_000, longestGapMs: 50 },
      wait(30_000, 9_000_000),
    ],
  ])('would be told of too early or never: it %s', (_name, silence, expected) => {
    const verdict = judgeSilence({ sinceMs: 1000, ...silence }, shortestMs);
    expect(verdict).toEqual(expected === true ? { stalled: true } : expected);
  });
});
