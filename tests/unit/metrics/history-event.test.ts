import { describe, expect, test } from 'vitest';
import {
  describeEvent,
  type HistoryEvent,
  nearestEvent,
  signsOf,
  signsSince,
  type TurnOutcome,
} from '#shared/metrics/history-event.ts';

const miss = { cause: 'edited-message', rereadTokens: 1240, difference: null } as const;
const overflow = { policy: 'drop-oldest', omitted: ['a', 'b'], newTurns: 3 } as const;

const turn = (outcome: Partial<TurnOutcome> | null, atMs = 0): HistoryEvent => ({
  kind: 'turn',
  atMs,
  speeds: null,
  outcome: outcome === null ? null : { turn: 5, miss: null, overflow: null, ...outcome },
});
const madeRoom = { ...overflow, omitted: [...overflow.omitted] };

const events: [string, HistoryEvent, readonly string[], string][] = [
  ['a running turn', turn(null), ['turn'], 'Turn begins'],
  ['a turn', turn({}), ['turn'], 'Turn 5 begins'],
  [
    'a miss',
    turn({ miss }),
    ['turn', 'miss'],
    'Turn 5 read 1,240 tokens of earlier turns again, because an earlier message has changed, and what follows was computed from it',
  ],
  [
    'an overflow',
    turn({ overflow: madeRoom }),
    ['turn', 'overflow'],
    'Turn 5 left out the oldest 3 turns, because the context was full',
  ],
  [
    'an overflow and its miss',
    turn({ overflow: madeRoom, miss: { ...miss, cause: 'overflow', rereadTokens: 1 } }),
    ['turn', 'miss', 'overflow'],
    'Turn 5 left out the oldest 3 turns, because the context was full, and read 1 token of earlier turns again',
  ],
  [
    'the turn after an overflow, in which the same turns are left out',
    turn({ overflow: { ...madeRoom, newTurns: 0 } }),
    ['turn'],
    'Turn 5 begins',
  ],
  ['a load', { kind: 'load', atMs: 0 }, ['load'], 'Model loaded'],
  ['a save', { kind: 'snapshot', atMs: 0, change: 'saved' }, ['snapshot'], 'Cache saved'],
  ['a restore', { kind: 'snapshot', atMs: 0, change: 'restored' }, ['snapshot'], 'Cache restored'],
];

describe('events of the live charts', () => {
  test.each(events)('%s is drawn or named as something else', (_, event, signs, words) => {
    expect(signsOf(event)).toEqual(signs);
    expect(describeEvent(event)).toBe(words);
  });

  test('the legend names signs that are out of view, or in an order that jumps', () => {
    const all = [turn({ miss }, 10), { kind: 'load', atMs: 20 } as const, turn({}, 30)];
    expect(signsSince(all, 0)).toEqual(['turn', 'miss', 'load']);
    expect(signsSince(all, 15)).toEqual(['turn', 'load']);
    expect(signsSince(all, 31)).toEqual([]);
  });

  test('who points between two events reads of the farther one, or of one that is far away', () => {
    const [first, second] = [turn({}, 100), turn({ miss }, 160)];
    expect(nearestEvent([first, second], 120, 50)).toBe(first);
    expect(nearestEvent([first, second], 140, 50)).toBe(second);
    expect(nearestEvent([first, second], 300, 50)).toBeNull();
    expect(nearestEvent([], 0, 50)).toBeNull();
  });
});
