import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MinMaxTrace, type TraceRows } from '#shared/metrics/min-max-trace.ts';

const rowsFor = (columns: number): TraceRows => ({
  times: [],
  columns: Array.from({ length: columns }, () => []),
});

function read(trace: MinMaxTrace, columns: readonly number[], fromMs = -Infinity): TraceRows {
  const rows = rowsFor(columns.length);
  trace.read(fromMs, columns, rows);
  return rows;
}

const numbersOf = (cells: readonly (number | null | undefined)[] = []) =>
  cells.filter(cell => typeof cell === 'number');

const series = fc.array(
  fc.record({
    stepMs: fc.integer({ min: 0, max: 500 }),
    value: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: null }),
  }),
  { minLength: 1, maxLength: 400 },
);

function pushed(trace: MinMaxTrace, steps: readonly { stepMs: number; value: number | null }[]) {
  let atMs = 0;
  return steps.map(({ stepMs, value }) => {
    atMs += stepMs;
    trace.push(atMs, [value]);
    return { atMs, value };
  });
}

describe('MinMaxTrace', () => {
  test('a spike of one sample never disappears, however coarse the trace has become', () => {
    fc.assert(
      fc.property(series, steps => {
        const trace = new MinMaxTrace({
          columns: 1,
          bucketMs: 10,
          capacity: 8,
          whenFull: 'halve-resolution',
        });
        const values = pushed(trace, steps).flatMap(({ value }) => (value === null ? [] : [value]));
        const drawn = numbersOf(read(trace, [0]).columns[0]);
        expect(trace.length).toBeLessThanOrEqual(8);
        if (values.length === 0) return;
        expect(Math.min(...drawn)).toBe(Math.min(...values));
        expect(Math.max(...drawn)).toBe(Math.max(...values));
        expect(trace.highest(-Infinity, 0)).toBe(Math.max(...values));
      }),
      { seed: 11 },
    );
  });

  test('rows out of time order, which a chart would draw as a loop', () => {
    fc.assert(
      fc.property(
        series,
        fc.constantFrom('drop-oldest' as const, 'halve-resolution' as const),
        (steps, whenFull) => {
          const trace = new MinMaxTrace({ columns: 1, bucketMs: 40, capacity: 16, whenFull });
          pushed(trace, steps);
          const { times, columns } = read(trace, [0]);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          expect(columns[0]).toHaveLength(times.length);
        },
      ),
      { seed: 12 },
    );
  });

  test('a line drawn through time in which nothing was measured', () => {
    const trace = new MinMaxTrace({
      columns: 1,
      bucketMs: 100,
      capacity: 50,
      whenFull: 'drop-oldest',
    });
    trace.push(0, [5]);
    trace.push(100, [6]);
    trace.push(200, [null]);
    trace.push(900, [7]);
    trace.push(2000, [8]);
    expect(read(trace, [0]).columns[0]).toEqual([5, 6, null, 7, 8]);
  });

  test('the end of one figure breaks the line of another', () => {
    const trace = new MinMaxTrace({
      columns: 2,
      bucketMs: 100,
      capacity: 50,
      whenFull: 'drop-oldest',
    });
    trace.push(0, [1, 50]);
    trace.push(100, [2, null]);
    trace.push(200, [3, 60]);
    const { columns } = read(trace, [0, 1]);
    expect(columns[0]).toEqual([1, 2, undefined, 3]);
    expect(columns[1]).toEqual([50, undefined, null, 60]);
    expect(read(trace, [0]).columns[0]).toEqual([1, 2, 3]);
  });

  test('minimum and maximum of a bucket swapped in time turn a rise into a fall', () => {
    const trace = new MinMaxTrace({
      columns: 1,
      bucketMs: 100,
      capacity: 4,
      whenFull: 'halve-resolution',
    });
    for (let i = 0; i < 64; i++) trace.push(i * 50, [i]);
    const rise = numbersOf(read(trace, [0]).columns[0]);
    expect(rise).toEqual(rise.toSorted((a, b) => a - b));
    expect(trace.bucketMs).toBeGreaterThan(100);
  });

  test('a window that forgets the sample before it loses the level at its left edge', () => {
    const trace = new MinMaxTrace({
      columns: 1,
      bucketMs: 100,
      capacity: 100,
      whenFull: 'drop-oldest',
    });
    trace.push(0, [1]);
    trace.push(1000, [2]);
    trace.push(5000, [3]);
    expect(read(trace, [0], 3000)).toEqual({ times: [1000, 5000], columns: [[2, 3]] });
    expect(trace.highest(3000, 0)).toBe(3);
    expect(trace.highest(6000, 0)).toBeNull();
  });

  test('a clock that steps back corrupts the order', () => {
    const trace = new MinMaxTrace({
      columns: 1,
      bucketMs: 10,
      capacity: 4,
      whenFull: 'drop-oldest',
    });
    trace.push(1000, [1]);
    trace.push(500, [2]);
    expect(read(trace, [0])).toEqual({ times: [1000, 1000], columns: [[1, 2]] });
  });

  test('reused output keeps rows of an earlier, longer read', () => {
    const trace = new MinMaxTrace({
      columns: 1,
      bucketMs: 10,
      capacity: 4,
      whenFull: 'drop-oldest',
    });
    const rows: TraceRows = { times: [1, 2, 3], columns: [[1, 2, 3]] };
    trace.push(0, [9]);
    trace.read(-Infinity, [0], rows);
    expect(rows).toEqual({ times: [0], columns: [[9]] });
  });
});
