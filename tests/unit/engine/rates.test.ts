import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '#engine/metering/latency-recorder.ts';
import { RateWindow } from '#engine/metering/rate-window.ts';
import { chooseThreads, threadCounts } from '#engine/threads/thread-calibration.ts';
import { prefillChunkSize } from '#engine/turn/chunk-size.ts';

describe('RateWindow', () => {
  it('would catch tokens older than a second still counted', () => {
    const rate = new RateWindow();
    for (let at = 0; at <= 1000; at += 10) rate.record(at);
    expect(rate.tokensPerSecond()).toBeCloseTo(100);
    for (let at = 1100; at <= 2100; at += 100) rate.record(at);
    expect(rate.tokensPerSecond()).toBeCloseTo(10);
  });

  it('would catch a rate claimed from a single token', () => {
    const rate = new RateWindow();
    rate.record(5);
    expect(rate.tokensPerSecond()).toBeNull();
    rate.record(5000);
    expect(rate.tokensPerSecond()).toBeNull();
  });

  it('would catch a ring that forgets how full it is when it runs over', () => {
    const rate = new RateWindow();
    for (let i = 0; i < 50_000; i++) rate.record(i / 20);
    expect(rate.tokensPerSecond()).toBeCloseTo(20_000);
  });
});

describe('LatencyRecorder', () => {
  it('would catch a decode speed that counts the token whose time is in TTFT', () => {
    const times = new LatencyRecorder();
    for (const at of [100, 110, 120, 130, 140]) times.record(at);
    expect(times.tokensPerSecond()).toBeCloseTo(100);
  });

  it('would catch percentiles read from the wrong end, or lost when the array grows', () => {
    const times = new LatencyRecorder();
    let at = 0;
    times.record(at);
    for (let gap = 1; gap <= 3000; gap++) {
      at += gap;
      times.record(at);
    }
    expect(times.gaps()).toEqual({ p50: 1500, p95: 2850, p99: 2970, max: 3000 });
  });

  it('would catch figures made up below two tokens', () => {
    const times = new LatencyRecorder();
    expect(times.gaps()).toBeNull();
    times.record(1);
    expect(times.tokensPerSecond()).toBeNull();
    expect(times.gaps()).toBeNull();
  });
});

describe('prefillChunkSize', () => {
  it('would catch chunks so long that a stop has to wait', () => {
    expect(prefillChunkSize(0.5, 512)).toBe(60);
    expect(prefillChunkSize(0.01, 512)).toBe(32);
    expect(prefillChunkSize(100, 512)).toBe(512);
    expect(prefillChunkSize(100, 8192)).toBe(512);
  });

  it('would catch chunks larger than the batch', () => {
    expect(prefillChunkSize(100, 31)).toBe(31);
    expect(prefillChunkSize(null, 32)).toBe(32);
  });
});

describe('threads', () => {
  it('would catch a count that is not tried although the machine has it', () => {
    expect(threadCounts(1, false)).toEqual([1]);
    expect(threadCounts(2, false)).toEqual([1, 2]);
    expect(threadCounts(6, false)).toEqual([1, 2, 4, 5, 6]);
    expect(threadCounts(16, true)).toEqual([1, 2, 4]);
  });

  it('would catch a slow count chosen, or more threads than are of use', () => {
    const trials = [
      { threads: 1, medianMs: 10.2 },
      { threads: 2, medianMs: 10 },
      { threads: 4, medianMs: 1700 },
    ];
    expect(chooseThreads(trials)).toBe(1);
    expect(chooseThreads([...trials, { threads: 3, medianMs: 5 }])).toBe(3);
  });
});
