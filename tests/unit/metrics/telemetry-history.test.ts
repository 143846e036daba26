import { describe, expect, test } from 'vitest';
import type { TraceRows } from '#shared/metrics/min-max-trace.ts';
import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import { TelemetryHistory, traceColumns } from '#shared/metrics/telemetry-history.ts';

const sample = (atMs: number, changes: Partial<TelemetrySample> = {}): TelemetrySample => ({
  atMs,
  phase: 'idle',
  cacheUsedTokens: 10,
  cacheCapacityTokens: 256,
  cacheUsedBytes: null,
  cacheCapacityBytes: null,
  prefillTokensPerSecond: null,
  decodeTokensPerSecond: null,
  ...changes,
});

function column(history: TelemetryHistory, name: keyof typeof traceColumns) {
  const rows: TraceRows = { times: [], columns: [[]] };
  history.trace('all').read(-Infinity, [traceColumns[name]], rows);
  return { times: rows.times, values: rows.columns[0] };
}

describe('TelemetryHistory', () => {
  test('a restarted engine, whose clock begins again, overwrites the past', () => {
    const history = new TelemetryHistory();
    history.push(sample(50_000), 1000);
    history.push(sample(50_200), 1201);
    history.push(null, 1500);
    history.push(sample(30, { cacheUsedTokens: 0 }), 4000);
    history.push(sample(130, { cacheUsedTokens: 4 }), 4105);
    const { times, values } = column(history, 'used');
    expect(times).toEqual([1000, 1200, 4000, 4000, 4100]);
    expect(values).toEqual([10, 10, null, 0, 4]);
  });

  test('a restart that was conflated away (no null in between) goes unnoticed', () => {
    const history = new TelemetryHistory();
    history.push(sample(50_000), 1000);
    history.push(sample(20), 3000);
    expect(history.latestMs).toBe(3000);
  });

  test('an old first sample, of an engine long idle, puts all that follow into the future', () => {
    const history = new TelemetryHistory();
    history.push(sample(10_000), 500);
    history.push(sample(40_000, { phase: 'prefill' }), 3000);
    history.push(sample(40_100, { phase: 'decode' }), 3150);
    expect(history.latestMs).toBe(3100);
    expect(history.events.map(({ atMs }) => atMs)).toEqual([3000]);
  });

  test('a level ends, or a running turn breaks, when only time goes on', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 1000);
    history.hold(2000);
    history.push(sample(1500, { phase: 'decode', decodeTokensPerSecond: 40 }), 2500);
    history.hold(2600);
    history.push(sample(1700, { phase: 'decode', decodeTokensPerSecond: 50 }), 2700);
    expect(column(history, 'used')).toMatchObject({
      times: [1000, 2000, 2500, 2700],
      values: [10, 10, 10, 10],
    });
    expect(column(history, 'decode').values).toEqual([null, 40, 50]);
    history.push(null, 2800);
    history.hold(9000);
    expect(history.latestMs).toBe(9000);
    expect(column(history, 'used').times.at(-1)).toBe(2700);
  });

  test('every sample of a turn marks a turn start', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'prefill' }), 100);
    history.push(sample(200, { phase: 'prefill' }), 200);
    history.push(sample(300, { phase: 'decode' }), 300);
    history.push(sample(400), 400);
    history.push(sample(900, { phase: 'decode' }), 900);
    expect(history.events).toEqual([
      { atMs: 100, kind: 'turn', speeds: null, outcome: null },
      { atMs: 900, kind: 'turn', speeds: null, outcome: null },
    ]);
  });

  test('idle time shows as a speed', () => {
    const history = new TelemetryHistory();
    const decode = (atMs: number, speed: number) =>
      history.push(sample(atMs, { phase: 'decode', decodeTokensPerSecond: speed }), atMs);
    decode(1000, 40);
    history.push(sample(1500), 1500);
    decode(9000, 50);
    expect(column(history, 'decode').values).toEqual([40, null, 50]);
  });

  test('without a model the capacity is drawn as zero tokens', () => {
    const history = new TelemetryHistory();
    history.push(sample(0, { cacheUsedTokens: 0, cacheCapacityTokens: 0 }), 0);
    expect(column(history, 'capacity').values).toEqual([]);
  });

  test('the chart of everything begins before the first sample or has no width', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 7000);
    expect(history.startOf('all')).toBeLessThan(history.latestMs);
    history.push(sample(60_000), 67_000);
    expect(history.startOf('all')).toBe(7000);
    expect(history.startOf('30s')).toBe(37_000);
  });

  test('a load between two samples moves time backwards', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 1000);
    history.markLoad(1500);
    history.push(sample(400), 1400);
    expect(history.latestMs).toBe(1500);
    expect(history.events).toEqual([{ atMs: 1500, kind: 'load' }]);
  });

  const speeds = (history: TelemetryHistory) =>
    history.events.map(event => (event.kind === 'turn' ? event.speeds : null));
  const ended = (cacheUsedTokens: number, turn = 1) => ({
    prefillTokensPerSecond: 900,
    decodeTokensPerSecond: 70,
    cacheUsedTokens,
    turn,
    miss: null,
    overflow: null,
  });

  test('a prefill between two samples never shows', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'decode', decodeTokensPerSecond: 60 }), 100);
    history.push(sample(200, { cacheUsedTokens: 40 }), 200);
    history.markTurnEnd(ended(40));
    expect(speeds(history)).toEqual([{ prefill: 900, decode: null }]);
  });

  test('a whole turn between two samples never shows, or lands in the next turn', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.markTurnEnd(ended(40));
    history.push(sample(100, { cacheUsedTokens: 40 }), 100);
    history.push(sample(200, { phase: 'decode', cacheUsedTokens: 50 }), 200);
    expect(speeds(history)).toEqual([{ prefill: 900, decode: 70 }, null]);
  });

  test('speeds that samples have shown are drawn twice', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'prefill', prefillTokensPerSecond: 800 }), 100);
    history.push(sample(150, { phase: 'decode', decodeTokensPerSecond: 60 }), 150);
    history.push(sample(200, { cacheUsedTokens: 40 }), 200);
    history.markTurnEnd(ended(40));
    expect(speeds(history)).toEqual([{ prefill: null, decode: null }]);
  });

  const turnTimes = (history: TelemetryHistory) => history.events.map(({ atMs }) => atMs);

  test('a turn that follows another without an idle sample is not marked', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.markTurnBegin(50);
    history.push(sample(100, { phase: 'decode', cacheUsedTokens: 30 }), 100);
    history.markTurnEnd(ended(40));
    history.markTurnBegin(150);
    history.push(sample(200, { phase: 'decode', cacheUsedTokens: 60 }), 200);
    history.markTurnEnd(ended(70));
    history.push(sample(300, { cacheUsedTokens: 70 }), 300);
    expect(turnTimes(history)).toEqual([50, 150]);
    // The next one comes from elsewhere: only samples tell of it.
    history.push(sample(400, { phase: 'prefill', cacheUsedTokens: 10 }), 400);
    expect(turnTimes(history)).toEqual([50, 150, 400]);
  });

  test('a turn is marked twice: by the chat and by its first sample', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'prefill' }), 100);
    history.markTurnBegin(120);
    history.push(sample(200, { cacheUsedTokens: 40 }), 200);
    history.markTurnEnd(ended(40));
    expect(turnTimes(history)).toEqual([100]);

    history.markTurnBegin(250);
    history.markTurnEnd(ended(50));
    history.push(sample(300, { cacheUsedTokens: 50 }), 300);
    expect(turnTimes(history)).toEqual([100, 250]);
    expect(speeds(history).at(-1)).toEqual({ prefill: 900, decode: 70 });
  });

  test('a refused turn, which has no samples, hides the next one of another page', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.markTurnBegin(50);
    history.markTurnEnd(null);
    history.push(sample(100, { phase: 'prefill' }), 100);
    expect(turnTimes(history)).toEqual([50, 100]);
  });

  const miss = { cause: 'edited-message', rereadTokens: 30, difference: null } as const;
  const outcomes = (history: TelemetryHistory) =>
    history.events.map(event => (event.kind === 'turn' ? event.outcome : event.kind));

  test('what a turn read again is never told, or told of the next turn', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'decode', cacheUsedTokens: 20 }), 100);
    history.push(sample(200, { cacheUsedTokens: 40 }), 200);
    history.markTurnEnd({ ...ended(40, 3), miss });
    history.push(sample(300, { phase: 'decode', cacheUsedTokens: 50 }), 300);
    expect(outcomes(history)).toEqual([{ turn: 3, miss, overflow: null }, null]);
  });

  test('a turn behind an edit, shorter than the distance of two samples, is told of with the next turn', () => {
    const history = new TelemetryHistory();
    history.push(sample(0, { cacheUsedTokens: 90 }), 0);
    history.markTurnBegin(20);
    history.markTurnEnd({ ...ended(40, 2), miss });
    history.push(sample(100, { cacheUsedTokens: 40 }), 100);
    expect(outcomes(history)).toEqual([{ turn: 2, miss, overflow: null }]);
    // The next one comes from elsewhere, and is not taken for the one that has ended.
    history.push(sample(200, { phase: 'decode', cacheUsedTokens: 50 }), 200);
    expect(outcomes(history)).toEqual([{ turn: 2, miss, overflow: null }, null]);
  });

  test('a snapshot in the middle of a turn has the turn marked twice, or its figures lost', () => {
    const history = new TelemetryHistory();
    history.push(sample(0), 0);
    history.push(sample(100, { phase: 'prefill' }), 100);
    history.markSnapshot(110, 'saved');
    history.markTurnBegin(120);
    history.push(sample(200, { cacheUsedTokens: 40 }), 200);
    history.markTurnEnd(ended(40, 1));
    expect(outcomes(history)).toEqual([{ turn: 1, miss: null, overflow: null }, 'snapshot']);
    expect(history.latestMs).toBe(200);
  });
});
