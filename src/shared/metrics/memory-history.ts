import type { HistoryEvent } from './history-event.ts';
import type { MemorySample } from './memory-sample.ts';
import type { MinMaxTrace } from './min-max-trace.ts';
import { type TelemetryHistory, type TimeWindow, windowTraces } from './telemetry-history.ts';

const columns = {
  engine: 0,
  host: 1,
  vram: 2,
  weights: 3,
  compute: 4,
  cacheReserved: 5,
  cacheUsed: 6,
} as const;
export type MemoryColumn = keyof typeof columns;

const noValues = Object.values(columns).map(() => null);

/** Memory over time, on the time axis and among the events of the telemetry. */
export class MemoryHistory {
  readonly columns = columns;
  readonly #telemetry: TelemetryHistory;
  readonly #traces = windowTraces(noValues.length);

  constructor(telemetry: TelemetryHistory) {
    this.#telemetry = telemetry;
  }

  get version(): number {
    return this.#telemetry.version;
  }

  get latestMs(): number {
    return this.#telemetry.latestMs;
  }

  get events(): readonly HistoryEvent[] {
    return this.#telemetry.events;
  }

  startOf(window: TimeWindow): number {
    return this.#telemetry.startOf(window);
  }

  trace(window: TimeWindow): MinMaxTrace {
    return this.#traces[window];
  }

  /**
   * The other charts move along: a level that nobody has changed still holds.
   *
   * @param nowMs the page's monotonic clock
   */
  push(sample: MemorySample, nowMs: number): void {
    this.#telemetry.hold(nowMs);
    this.#record(valuesOf(sample));
  }

  /** Nobody looks from now on: lines end here, and begin anew with the next sample. */
  pause(): void {
    this.#record(noValues);
  }

  #record(values: readonly (number | null)[]): void {
    for (const trace of Object.values(this.#traces)) trace.push(this.latestMs, values);
  }
}

/** In the order of the columns. */
function valuesOf({ hostResidentBytes, engine }: MemorySample): (number | null)[] {
  return [
    engine?.residentBytes ?? null,
    hostResidentBytes,
    engine?.vramUsedBytes ?? null,
    engine?.weightsBytes ?? null,
    engine?.computeBytes ?? null,
    engine?.cacheReservedBytes ?? null,
    engine?.cacheUsedBytes ?? null,
  ];
}
