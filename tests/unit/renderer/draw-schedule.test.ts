import { describe, expect, test } from 'vitest';
import { createDrawSchedule } from '#renderer/monitor/live/draw-schedule.ts';

function frames(intervalMs: number) {
  const waiting: { dueMs: number; callback: (nowMs: number) => void }[] = [];
  const drawn: [name: string, atMs: number][] = [];
  let nowMs = 0;
  const schedule = createDrawSchedule(
    intervalMs,
    (delayMs, callback) => void waiting.push({ dueMs: nowMs + delayMs, callback }),
    () => nowMs,
  );
  const add = (name: string) => schedule.add({ draw: () => void drawn.push([name, nowMs]) });
  /** Lets one frame's time pass; false when none was asked for, or not yet. */
  const next = () => {
    nowMs += 16;
    const due = waiting.filter(({ dueMs }) => dueMs <= nowMs);
    for (const entry of due) waiting.splice(waiting.indexOf(entry), 1);
    for (const { callback } of due) callback(nowMs);
    return due.length > 0;
  };
  return { schedule, add, next, drawn };
}

describe('draw schedule', () => {
  test('canvases that are drawn in frames of their own have the page painted three times', () => {
    const { schedule, add, next, drawn } = frames(50);
    for (const name of ['a', 'b', 'c']) add(name);
    schedule.requestAll();
    schedule.requestAll();
    for (let i = 0; i < 3; i++) next();
    expect(drawn).toEqual([
      ['a', 16],
      ['b', 16],
      ['c', 16],
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
      // Every fourth frame is the first one after 50 ms.
      expect(times).toHaveLength(30);
    }
  });

  test('a frame that comes before anything is due has the page painted for nothing', () => {
    const { schedule, add, next } = frames(50);
    add('a');
    next();
    const asked = Array.from({ length: 120 }, () => {
      schedule.requestAll();
      return next();
    });
    expect(asked.filter(Boolean)).toHaveLength(30);
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
