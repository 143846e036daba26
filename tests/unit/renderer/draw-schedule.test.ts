import { describe, expect, test } from 'vitest';
import { createDrawSchedule } from '#renderer/monitor/live/draw-schedule.ts';

function frames() {
  const waiting: (() => void)[] = [];
  const drawn: string[] = [];
  const schedule = createDrawSchedule(callback => void waiting.push(callback));
  const add = (name: string) => schedule.add({ draw: () => void drawn.push(name) });
  /** Runs one frame; false when none was asked for. */
  const next = () => {
    const callbacks = waiting.splice(0);
    for (const callback of callbacks) callback();
    return callbacks.length > 0;
  };
  return { schedule, add, next, drawn };
}

describe('draw schedule', () => {
  test('canvases that are drawn in frames of their own have the page painted three times', () => {
    const { schedule, add, next, drawn } = frames();
    for (const name of ['a', 'b', 'c']) add(name);
    schedule.requestAll();
    schedule.requestAll();
    expect(next()).toBe(true);
    expect(drawn).toEqual(['a', 'b', 'c']);
    expect(next()).toBe(false);
  });

  test('one canvas that is out of date has all of them drawn', () => {
    const { add, next, drawn } = frames();
    add('a');
    const b = add('b');
    next();
    b.request();
    next();
    expect(drawn).toEqual(['a', 'b', 'b']);
  });

  test('frames are asked for while nothing is new', () => {
    const { add, next, drawn } = frames();
    add('a');
    next();
    expect(next()).toBe(false);
    expect(drawn).toEqual(['a']);
  });

  test('a chart that is gone is still drawn', () => {
    const { schedule, add, next, drawn } = frames();
    add('a')[Symbol.dispose]();
    next();
    schedule.requestAll();
    expect(next()).toBe(false);
    expect(drawn).toEqual([]);
  });
});
