import type { HistoryEvent } from './history-event.ts';
import type { MinMaxTrace } from './min-max-trace.ts';
import type { TimeWindow } from './telemetry-history.ts';

/** What a live chart draws: traces whose columns have names, on the time axis that all charts share. */
export interface ChartHistory<Column extends string> {
  readonly columns: Readonly<Record<Column, number>>;
  /** Grows with every change: who drew this version need not draw again. */
  readonly version: number;
  /** Session time of the right edge. */
  readonly latestMs: number;
  readonly events: readonly HistoryEvent[];
  /** Session time at which the chart of that window begins. */
  startOf(window: TimeWindow): number;
  trace(window: TimeWindow): MinMaxTrace;
}
