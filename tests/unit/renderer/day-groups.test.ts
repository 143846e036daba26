import { describe, expect, it } from 'vitest';
import { groupByDay } from '#renderer/conversations/day-groups.ts';

const now = new Date(2026, 10, 23, 0, 30).getTime();
const at = (...parts: [number, number, number, number, number]) => ({
  updatedAt: new Date(...parts).getTime(),
});

describe('groupByDay', () => {
  it('counts calendar days, not spans of 24 hours', () => {
    const groups = groupByDay([at(2026, 10, 23, 0, 10), at(2026, 10, 22, 23, 50)], now);
    expect(groups.map(group => group.label)).toEqual(['Today', 'Yesterday']);
  });

  it('keeps the order and opens no group twice', () => {
    const items = [
      at(2026, 10, 20, 12, 0),
      at(2026, 10, 18, 12, 0),
      at(2026, 10, 2, 12, 0),
      at(2026, 8, 20, 12, 0),
      at(2026, 8, 1, 12, 0),
    ];
    const groups = groupByDay(items, now);
    expect(groups.map(group => group.label)).toEqual([
      'Last 7 days',
      'Last 30 days',
      'September 2026',
    ]);
    expect(groups.flatMap(group => group.items)).toEqual(items);
  });

  it('puts a message of the near future, from a clock that was set back, under today', () => {
    expect(groupByDay([at(2026, 10, 24, 12, 0)], now)[0]?.label).toBe('Today');
  });
});
