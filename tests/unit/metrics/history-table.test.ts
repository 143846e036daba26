import { describe, expect, test } from 'vitest';
import { tabulate, tabulateWindow } from '#shared/metrics/history-table.ts';
import { MinMaxTrace } from '#shared/metrics/min-max-trace.ts';
import { TelemetryHistory } from '#shared/metrics/telemetry-history.ts';

function traceOf(...samples: [atMs: number, value: number | null][]): MinMaxTrace {
  const trace = new MinMaxTrace({
    columns: 1,
    bucketMs: 10,
    capacity: 100,
    whenFull: 'drop-oldest',
  });
  for (const [atMs, value] of samples) trace.push(atMs, [value]);
  return trace;
}

describe('tabulate', () => {
  test('a level that holds is told as missing while nothing changes', () => {
    const lines = tabulate(traceOf([0, 5], [350, 9]), 0, 100, 400, 3, true);
    expect(lines).toEqual([
      { agoMs: 0, lowest: 5, highest: 9, last: 9 },
      { agoMs: 100, lowest: 5, highest: 5, last: 5 },
      { agoMs: 200, lowest: 5, highest: 5, last: 5 },
    ]);
  });

  test('a speed is told for time in which there was none', () => {
    const lines = tabulate(traceOf([100, 40], [150, 60], [160, null]), 0, 100, 400, 3, false);
    expect(lines.map(({ lowest, highest }) => [lowest, highest])).toEqual([
      [null, null],
      [null, null],
      [40, 60],
    ]);
  });

  test('the newest sample falls off the end', () => {
    const lines = tabulate(traceOf([0, 1], [1000, 2]), 0, 0, 1000, 7, false);
    expect(lines[0]?.last).toBe(2);
  });
});

test('a table of another column or another window than its chart', () => {
  const history = new TelemetryHistory();
  const sample = { phase: 'idle', cacheUsedTokens: 7, cacheCapacityTokens: 256 } as const;
  const none = { cacheUsedBytes: null, cacheCapacityBytes: null };
  const speeds = { prefillTokensPerSecond: null, decodeTokensPerSecond: null };
  history.push({ ...sample, ...none, ...speeds, atMs: 0 }, 60_000);
  const lines = tabulateWindow(history, 'capacity', '30s', true);
  expect(lines[0]).toEqual({ agoMs: 0, lowest: 256, highest: 256, last: 256 });
  expect(lines.at(-1)?.agoMs).toBe(25_000);
});
