import { describe, expect, test } from 'vitest';
import { heldValue, nearestValue } from '#renderer/monitor/live/pointed-value.ts';

const times = [0, 100, 200, 200, 300];
const cells = [5, undefined, null, 7, undefined];

describe('value under the pointer', () => {
  test('a level is read from a sample that came later', () => {
    expect(heldValue([0, 100, 200], [5, undefined, 7], 150)).toBe(0);
    expect(heldValue(times, cells, 250)).toBe(3);
    expect(heldValue(times, cells, 1000)).toBe(3);
    expect(heldValue(times, cells, -1)).toBeNull();
    expect(heldValue([0, 100], [5, null], 150)).toBeNull();
  });

  test('a level is read where nothing is drawn, because its line broke there', () => {
    expect(heldValue(times, cells, 150)).toBeNull();
    expect(heldValue(times, cells, 0)).toBe(0);
  });

  test('a speed from another turn is shown for idle time', () => {
    expect(nearestValue(times, cells, 190, 20)).toBe(3);
    expect(nearestValue(times, cells, 100, 20)).toBeNull();
    expect(nearestValue(times, cells, 90, 100)).toBe(0);
  });
});
