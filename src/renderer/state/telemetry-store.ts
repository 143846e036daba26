import type { TelemetrySample } from '#shared/metrics/telemetry.ts';
import type { Connection } from '../connection/connection.ts';

const phases = ['idle', 'prefill', 'decode'] as const;

/** The numeric columns of the ring; an absent figure is NaN. */
export type TelemetryColumn =
  | 'atMs'
  | 'cacheUsedTokens'
  | 'cacheCapacityTokens'
  | 'cacheUsedBytes'
  | 'cacheCapacityBytes'
  | 'prefillTokensPerSecond'
  | 'decodeTokensPerSecond';

/**
 * The latest telemetry samples, oldest first, in typed arrays of a fixed size: 20 samples a second
 * must neither grow memory nor make anything render by themselves.
 */
export interface TelemetryStore {
  readonly capacity: number;
  readonly length: number;
  /** Grows by one with every push and every clear; cheap to compare between two frames. */
  readonly revision: number;
  /**
   * A sample older than the latest one comes from a new engine process, whose clock started anew:
   * it clears the ring first.
   */
  push(sample: TelemetrySample): void;
  clear(): void;
  /** @param index 0 is the oldest; NaN where the figure was not measured or the index is outside */
  value(column: TelemetryColumn, index: number): number;
  /** Undefined outside 0..length - 1. */
  phase(index: number): TelemetrySample['phase'] | undefined;
  latest(): TelemetrySample | null;
  /** Called after every push and clear; draw on the next frame, not in the listener. */
  subscribe(listener: () => void): () => void;
}

/** Five minutes at the contract's 20 samples a second. */
const defaultCapacity = 6000;

export function createTelemetryStore(capacity = defaultCapacity): TelemetryStore {
  const columns: Record<TelemetryColumn, Float64Array> = {
    atMs: new Float64Array(capacity),
    cacheUsedTokens: new Float64Array(capacity),
    cacheCapacityTokens: new Float64Array(capacity),
    cacheUsedBytes: new Float64Array(capacity),
    cacheCapacityBytes: new Float64Array(capacity),
    prefillTokensPerSecond: new Float64Array(capacity),
    decodeTokensPerSecond: new Float64Array(capacity),
  };
  const phaseCodes = new Uint8Array(capacity);
  const listeners = new Set<() => void>();
  let start = 0;
  let length = 0;
  let revision = 0;
  let latest: TelemetrySample | null = null;

  function changed() {
    revision++;
    for (const listener of listeners) listener();
  }

  function slot(index: number): number | undefined {
    return index >= 0 && index < length ? (start + index) % capacity : undefined;
  }

  return {
    capacity,
    get length() {
      return length;
    },
    get revision() {
      return revision;
    },
    push(sample) {
      if (latest !== null && sample.atMs < latest.atMs) {
        start = 0;
        length = 0;
      }
      const at = (start + length) % capacity;
      columns.atMs[at] = sample.atMs;
      columns.cacheUsedTokens[at] = sample.cacheUsedTokens;
      columns.cacheCapacityTokens[at] = sample.cacheCapacityTokens;
      columns.cacheUsedBytes[at] = sample.cacheUsedBytes ?? Number.NaN;
      columns.cacheCapacityBytes[at] = sample.cacheCapacityBytes ?? Number.NaN;
      columns.prefillTokensPerSecond[at] = sample.prefillTokensPerSecond ?? Number.NaN;
      columns.decodeTokensPerSecond[at] = sample.decodeTokensPerSecond ?? Number.NaN;
      phaseCodes[at] = phases.indexOf(sample.phase);
      if (length < capacity) length++;
      else start = (start + 1) % capacity;
      latest = sample;
      changed();
    },
    clear() {
      start = 0;
      length = 0;
      latest = null;
      changed();
    },
    value(column, index) {
      const at = slot(index);
      return at === undefined ? Number.NaN : (columns[column][at] ?? Number.NaN);
    },
    phase(index) {
      const at = slot(index);
      const code = at === undefined ? undefined : phaseCodes[at];
      return code === undefined ? undefined : phases[code];
    },
    latest: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function feedTelemetry(connection: Connection, store: TelemetryStore): void {
  connection.onOpen(client => {
    client.watch('telemetry', sample => {
      if (sample !== null) store.push(sample);
    });
  });
}
