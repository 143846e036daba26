import type { ChartHistory } from './chart-history.ts';
import type { MinMaxTrace, TraceRows } from './min-max-trace.ts';
import type { TimeWindow } from './telemetry-history.ts';

const windowLines = 6;

/** One line of a live chart's table; null where nothing was measured in that time. */
export interface HistoryLine {
  /** Milliseconds before the newest sample at which this line's time ends. */
  readonly agoMs: number;
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly last: number | null;
}

/**
 * A live chart as a table: the time between `startMs` and `endMs` in equal parts, newest first.
 *
 * @param carry whether a value holds until the next one (a level), or only where it was measured
 */
export function tabulate(
  trace: MinMaxTrace,
  column: number,
  startMs: number,
  endMs: number,
  lines: number,
  carry: boolean,
): HistoryLine[] {
  const rows: TraceRows = { times: [], columns: [[]] };
  trace.read(startMs, [column], rows);
  const partMs = (endMs - startMs) / lines;
  const table: HistoryLine[] = [];
  let held: number | null = null;
  let row = 0;
  for (let part = 0; part < lines; part++) {
    const until = startMs + (part + 1) * partMs;
    let lowest = carry ? held : null;
    let highest = lowest;
    let last = lowest;
    for (; row < rows.times.length; row++) {
      const atMs = rows.times[row] ?? 0;
      if (atMs > until && part < lines - 1) break;
      const value = rows.columns[0]?.[row];
      if (value === undefined) continue;
      held = value;
      // Before the window: only what it leaves behind counts.
      if (atMs < startMs) {
        if (carry) lowest = highest = last = value;
        continue;
      }
      if (value === null) continue;
      lowest = Math.min(lowest ?? value, value);
      highest = Math.max(highest ?? value, value);
      last = value;
    }
    table.push({ agoMs: endMs - until, lowest, highest, last });
  }
  return table.reverse();
}

/** One column of a live chart as it is shown for a time window. */
export function tabulateWindow<Column extends string>(
  history: ChartHistory<Column>,
  column: Column,
  timeWindow: TimeWindow,
  carry: boolean,
): HistoryLine[] {
  return tabulate(
    history.trace(timeWindow),
    history.columns[column],
    history.startOf(timeWindow),
    history.latestMs,
    windowLines,
    carry,
  );
}
