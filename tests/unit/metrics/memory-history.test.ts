import { describe, expect, test } from 'vitest';
import { type MemoryColumn, MemoryHistory } from '#shared/metrics/memory-history.ts';
import type { EngineMemory, MemorySample } from '#shared/metrics/memory-sample.ts';
import type { TraceRows } from '#shared/metrics/min-max-trace.ts';
import { TelemetryHistory } from '#shared/metrics/telemetry-history.ts';

const engine: EngineMemory = {
  residentBytes: 900,
  weightsBytes: 400,
  cacheReservedBytes: 300,
  cacheUsedBytes: 20,
  computeBytes: 50,
  vramUsedBytes: 700,
  vramTotalBytes: 8000,
};
const sample: MemorySample = { hostResidentBytes: 100, engine };

function column(history: MemoryHistory, name: MemoryColumn) {
  const rows: TraceRows = { times: [], columns: [[]] };
  history.trace('all').read(-Infinity, [history.columns[name]], rows);
  return { times: rows.times, values: rows.columns[0] };
}

describe('MemoryHistory', () => {
  test.each<[MemoryColumn, number]>([
    ['engine', 900],
    ['host', 100],
    ['vram', 700],
    ['weights', 400],
    ['compute', 50],
    ['cacheReserved', 300],
    ['cacheUsed', 20],
  ])('a figure is drawn as another one: %s', (name, bytes) => {
    const history = new MemoryHistory(new TelemetryHistory());
    history.push(sample, 1000);
    expect(column(history, name).values).toEqual([bytes]);
  });

  test('memory has a time axis of its own, so that what happened at once stands apart', () => {
    const telemetry = new TelemetryHistory();
    const history = new MemoryHistory(telemetry);
    history.push(sample, 60_000);
    expect(telemetry.latestMs).toBe(60_000);
    telemetry.markTurnBegin(61_000);
    expect(history.latestMs).toBe(61_000);
    expect(history.startOf('30s')).toBe(telemetry.startOf('30s'));
    expect(history.events).toEqual(telemetry.events);
    expect(history.events).toMatchObject([{ atMs: 61_000, kind: 'turn' }]);
  });

  test('a new sample is not drawn, because nothing seems to have changed', () => {
    const history = new MemoryHistory(new TelemetryHistory());
    const before = history.version;
    history.push(sample, 1000);
    expect(history.version).toBeGreaterThan(before);
  });

  test('a line is drawn through the time in which nobody looked', () => {
    const history = new MemoryHistory(new TelemetryHistory());
    history.push(sample, 1000);
    history.pause();
    history.push(sample, 9000);
    expect(column(history, 'host')).toEqual({
      times: [1000, 9000, 9000],
      values: [100, null, 100],
    });
  });

  test('an engine that is gone takes the host along, or goes on as a line', () => {
    const history = new MemoryHistory(new TelemetryHistory());
    history.push(sample, 1000);
    history.push({ ...sample, engine: null }, 2000);
    history.push(sample, 3000);
    expect(column(history, 'host').values?.filter(value => value !== undefined)).toEqual([
      100, 100, 100,
    ]);
    expect(column(history, 'engine').values?.filter(value => value !== undefined)).toEqual([
      900,
      null,
      900,
    ]);
  });
});
