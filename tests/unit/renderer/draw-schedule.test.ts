import { describe, expect, test } from 'vitest';
import { createDrawSchedule } from '#renderer/monitor/live/draw-schedule.ts';

function frames(intervalMs: number) {
  const waiting: ((nowMs: number) => void)[] = [];
  const drawn: [name: string, atMs: number][] = [];
  let nowMs = 0;
  const schedule = createDrawSchedule(intervalMs, callback => void waiting.push(callback));
  const add = (name: string) => schedule.add({ draw: () => void drawn.push([name, nowMs]) });
  /** Runs one frame; false when none was asked for. */
  const next = () => {
    nowMs += 16;
    const callbacks = waiting.splice(0);
    for (const callback of callbacks) callback(nowMs);
    return callbacks.length > 0;
  };
  return { schedule, add, next, drawn };
}

describe('draw schedule', () => {
  test('several canvases drawn in one frame make it a long one', () => {
    const { schedule, add, next, drawn } = frames(50);
    for (const name of ['a', 'b', 'c']) add(name);
    schedule.requestAll();
    schedule.requestAll();
    for (let i = 0; i < 3; i++) next();
    expect(drawn).toEqual([
      ['a', 16],
      ['b', 32],
      ['c', 48],
    ]);
  });

  test('a stream of samples draws faster than the interval, or starves one canvas', () => {
    const { schedule, add, next, drawn } = frames(50);
    for (const name of ['a', 'b', 'c']) add(name);
    for (let i = 0; i < 120; i++) {
      schedule.requestAll();
      next();
    }
    for (const name of ['a', 'b', 'c']) {
      const times = drawn.filter(([drawnName]) => drawnName === name).map(([, atMs]) => atMs);
      expect(times.length).toBeGreaterThanOrEqual(38);
      expect(times.length).toBeLessThanOrEqual(41);
    }
    expect(new Set(drawn.map(([, atMs]) => atMs)).size).toBe(drawn.length);
  });

  test('frames are asked for while nothing is new', () => {
    const { add, next, drawn } = frames(50);
    add('a');
    next();
    expect(next()).toBe(false);
    expect(drawn).toHaveLength(1);
  });

  test('a chart that is gone is still drawn', () => {
    const { schedule, add, next, drawn } = frames(50);
    add('a')[Symbol.dispose]();
    next();
    schedule.requestAll();
    expect(next()).toBe(false);
    expect(drawn).toEqual([]);
  });
});
