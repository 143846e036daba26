import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProgressWatchdog } from '#host/chat/progress-watchdog.ts';
import type { TurnStall } from '#shared/chat/turn-progress.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import { createSignal } from '#shared/rpc/signal.ts';

const quietMs = 30_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const telemetry = createSignal<TelemetrySample | null>(null);
  const watchdog = new ProgressWatchdog(telemetry, quietMs);
  const begin = () => {
    const told: (TurnStall | null)[] = [];
    const watch = watchdog.watch(stall => told.push(stall));
    return { told, end: () => watch[Symbol.dispose]() };
  };
  return { telemetry, watchdog, begin };
}

const sample = (phase: TelemetrySample['phase'], atMs: number): TelemetrySample => ({
  atMs,
  phase,
  cacheUsedTokens: 1,
  cacheCapacityTokens: 2,
  cacheUsedBytes: null,
  cacheCapacityBytes: null,
  prefillTokensPerSecond: null,
  decodeTokensPerSecond: null,
});

describe('a turn', () => {
  test('however long it takes, it would be called stalled while it moves on', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: quietMs - 1 }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(gaps, sequence => {
        const { watchdog, begin } = setUp();
        const turn = begin();
        for (const gap of sequence) {
          vi.advanceTimersByTime(gap);
          watchdog.progress();
        }
        turn.end();
        expect(turn.told).toEqual([]);
      }),
    );
  });

  test('one that slows down by and by would trip over each step', () => {
    const { watchdog, begin } = setUp();
    const turn = begin();
    for (let gap = 1; gap < 250_000; gap *= 8) {
      watchdog.progress();
      vi.advanceTimersByTime(gap);
    }
    watchdog.progress();
    expect(turn.told).toEqual([]);
    turn.end();
  });

  test('a silence would not be told of, told again and again, or outlive the next token', () => {
    const { watchdog, begin } = setUp();
    const turn = begin();
    vi.advanceTimersByTime(100);
    watchdog.progress();
    vi.advanceTimersByTime(quietMs - 1);
    expect(turn.told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(turn.told).toEqual([{ quietMs }]);
    vi.advanceTimersByTime(5000);
    expect(watchdog.stall()).toEqual({ quietMs: quietMs + 5000 });
    vi.advanceTimersByTime(3_600_000);
    expect(turn.told).toHaveLength(1);
    watchdog.progress();
    expect(turn.told).toEqual([{ quietMs }, null]);
    expect(watchdog.stall()).toBeNull();
  });

  test('a second silence would not be told of', () => {
    const { watchdog, begin } = setUp();
    const turn = begin();
    vi.advanceTimersByTime(quietMs);
    watchdog.progress();
    vi.advanceTimersByTime(10 * quietMs - 1);
    expect(turn.told).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(turn.told).toEqual([{ quietMs }, null, { quietMs: 10 * quietMs }]);
  });

  test('an engine that never says anything would be waited for in silence', () => {
    const turn = setUp().begin();
    vi.advanceTimersByTime(quietMs);
    expect(turn.told).toEqual([{ quietMs }]);
  });

  test('tokens without a text would count as nothing, and an idle engine as something', () => {
    const { telemetry, begin } = setUp();
    const turn = begin();
    for (const atMs of [1, 2, 3, 4]) {
      vi.advanceTimersByTime(quietMs - 1);
      telemetry.set(sample('decode', atMs));
    }
    expect(turn.told).toEqual([]);
    vi.advanceTimersByTime(quietMs / 2);
    telemetry.set(sample('idle', 5));
    telemetry.set(null);
    // The pace of before was slow, and so the limit is a long one.
    vi.advanceTimersByTime(10 * quietMs);
    expect(turn.told).toHaveLength(1);
  });
});

describe('turns behind a stuck one', () => {
  test('one that waits would not know why, or not that it goes on', () => {
    const { watchdog, begin } = setUp();
    const stuck = begin();
    const waiting = begin();
    vi.advanceTimersByTime(quietMs);
    expect(waiting.told).toEqual([{ quietMs }]);
    watchdog.progress();
    expect(waiting.told).toEqual([{ quietMs }, null]);
    stuck.end();
    vi.advanceTimersByTime(quietMs);
    expect(waiting.told).toHaveLength(3);
  });

  test('one that comes later would not know why it waits, or know it before anybody knows of it', async () => {
    const { begin } = setUp();
    begin();
    vi.advanceTimersByTime(quietMs);
    const late = begin();
    const gone = begin();
    gone.end();
    // The end of a turn is a sign of life.
    expect(late.told).toEqual([null]);
    vi.advanceTimersByTime(quietMs + 1000);
    const later = begin();
    expect(later.told).toEqual([]);
    await Promise.resolve();
    expect(later.told).toEqual([{ quietMs: quietMs + 1000 }]);
  });

  test('the slowness of one would be granted to the next', () => {
    const { watchdog, begin } = setUp();
    const slow = begin();
    vi.advanceTimersByTime(quietMs - 1);
    watchdog.progress();
    const next = begin();
    slow.end();
    vi.advanceTimersByTime(quietMs);
    expect(next.told).toEqual([{ quietMs }]);
  });
});

test('an engine without a turn would be watched, or a timer be left behind', () => {
  const { watchdog, telemetry, begin } = setUp();
  const turn = begin();
  vi.advanceTimersByTime(quietMs);
  turn.end();
  turn.end();
  watchdog.progress();
  telemetry.set(sample('prefill', 1));
  expect(vi.getTimerCount()).toBe(0);
  expect(watchdog.stall()).toBeNull();
  const next = begin();
  vi.advanceTimersByTime(quietMs);
  expect(next.told).toEqual([{ quietMs }]);
});
