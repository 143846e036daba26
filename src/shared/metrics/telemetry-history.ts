import type { HistoryEvent, SnapshotChange, TurnOutcome } from './history-event.ts';
import { MinMaxTrace } from './min-max-trace.ts';
import type { TelemetrySample } from './telemetry.ts';
import type { TurnFigures } from './turn-figures.ts';

/** How far back a live chart looks; null is since the page was opened. */
export const timeWindows = { '30s': 30_000, '2min': 120_000, '10min': 600_000, all: null } as const;
export type TimeWindow = keyof typeof timeWindows;

/** Columns of every trace of the telemetry. */
export const traceColumns = { used: 0, capacity: 1, prefill: 2, decode: 3 } as const;
const noValues = Object.values(traceColumns).map(() => null);

/** One trace per time window. */
export type WindowTraces = Readonly<Record<TimeWindow, MinMaxTrace>>;

/** Buckets over the width of a chart: about one per pixel and a half of the default panel. */
const bucketsPerWindow = 240;
/** Events kept. */
const eventLimit = 400;

type TurnTeller = 'samples' | 'chat' | 'chat, before its samples';

type EndedTurn = TurnOutcome &
  Pick<TurnFigures, 'prefillTokensPerSecond' | 'decodeTokensPerSecond' | 'cacheUsedTokens'>;

/**
 * Everything the live charts draw, fed sample by sample and kept outside the page's rendering. Times
 * are *session time*: milliseconds on the page's monotonic clock, which goes on when the engine (and
 * with it the engine's own clock) starts anew. Within one engine the distances between samples are
 * the engine's.
 */
export class TelemetryHistory {
  readonly columns = traceColumns;
  readonly #traces = windowTraces(noValues.length);
  readonly #events: HistoryEvent[] = [];
  #latest: TelemetrySample | null = null;
  #latestMs = 0;
  /** Session time minus the engine's time; null until the first sample of an engine. */
  #offsetMs: number | null = null;
  #version = 0;
  /** What samples have shown of the turn marked last. */
  #seen = { prefill: false, decode: false };
  /** Figures of a turn that ended before any sample of it came. */
  #early: EndedTurn | null = null;
  /** Who has told of the turn marked last: samples alone, or the chat, whose samples may still come. */
  #toldBy: TurnTeller = 'samples';

  /** Grows with every change: who drew this version need not draw again. */
  get version(): number {
    return this.#version;
  }

  /** The newest sample; null before the first and while there is no engine. */
  get latest(): TelemetrySample | null {
    return this.#latest;
  }

  /** Session time of the newest sample or event. */
  get latestMs(): number {
    return this.#latestMs;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  trace(window: TimeWindow): MinMaxTrace {
    return this.#traces[window];
  }

  /** Session time at which the chart of that window begins. */
  startOf(window: TimeWindow): number {
    const length = timeWindows[window];
    if (length !== null) return this.#latestMs - length;
    const first = this.#traces.all.firstMs ?? this.#latestMs;
    // A scale needs some width, also with a single sample.
    return Math.min(first, this.#latestMs - 1000);
  }

  /**
   * @param sample null when the engine is gone
   * @param nowMs the page's monotonic clock
   */
  push(sample: TelemetrySample | null, nowMs: number): void {
    const previous = this.#latest;
    this.#latest = sample;
    this.#version++;
    if (sample === null) {
      this.#offsetMs = null;
      if (this.#toldBy === 'chat, before its samples') this.#toldBy = 'chat';
      for (const trace of Object.values(this.#traces)) {
        trace.push(this.#latestMs, noValues);
      }
      return;
    }
    const restarted = previous !== null && sample.atMs < previous.atMs;
    if (this.#offsetMs === null || restarted) {
      this.#offsetMs = Math.max(nowMs, this.#latestMs) - sample.atMs;
    }
    // The first one a page gets may be old: an idle engine has nothing new to say. A later one cannot
    // have come before it was taken.
    this.#offsetMs = Math.min(this.#offsetMs, nowMs - sample.atMs);
    const atMs = Math.max(this.#offsetMs + sample.atMs, this.#latestMs);
    this.#latestMs = atMs;
    const begins = beginsTurn(previous, sample);
    if (begins) {
      if (this.#toldBy === 'chat, before its samples') this.#toldBy = 'chat';
      else this.#addTurn(atMs, 'samples');
    }
    // A short turn behind an edit leaves fewer tokens than there were: no sample shows its begin.
    if (begins || sample.cacheUsedTokens === this.#early?.cacheUsedTokens) this.#tellEarly();
    if (sample.prefillTokensPerSecond !== null) this.#seen.prefill = true;
    if (sample.decodeTokensPerSecond !== null) this.#seen.decode = true;
    this.#record(sample);
  }

  /**
   * Time goes on although no sample has come: an idle one still holds. While a turn runs its own
   * samples come, and without an engine nothing holds.
   *
   * @param nowMs the page's monotonic clock
   */
  hold(nowMs: number): void {
    this.#latestMs = Math.max(nowMs, this.#latestMs);
    this.#version++;
    if (this.#latest?.phase === 'idle') this.#record(this.#latest);
  }

  /** @param nowMs the page's monotonic clock */
  markLoad(nowMs: number): void {
    this.#latestMs = Math.max(nowMs, this.#latestMs);
    this.#addEvent({ atMs: this.#latestMs, kind: 'load' });
    this.#version++;
  }

  /**
   * The cells were written to a file, or read from one.
   *
   * @param nowMs the page's monotonic clock
   */
  markSnapshot(nowMs: number, change: SnapshotChange): void {
    this.#latestMs = Math.max(nowMs, this.#latestMs);
    this.#addEvent({ atMs: this.#latestMs, kind: 'snapshot', change });
    this.#version++;
  }

  /**
   * The chat knows of a turn that follows another without an idle sample in between. A turn that
   * samples have shown already is not marked again.
   *
   * @param nowMs the page's monotonic clock
   */
  markTurnBegin(nowMs: number): void {
    this.#tellEarly();
    const lastKind = this.#events[this.#indexOfLast()]?.kind;
    const isShown = this.#latest !== null && this.#latest.phase !== 'idle' && lastKind === 'turn';
    if (isShown && this.#toldBy === 'samples') {
      this.#toldBy = 'chat';
      return;
    }
    this.#latestMs = Math.max(nowMs, this.#latestMs);
    this.#addTurn(this.#latestMs, 'chat, before its samples');
    this.#version++;
  }

  /**
   * What is shorter than the distance of two samples shows only in the figures of its turn; and only
   * they tell what was read again and left out.
   *
   * @param figures null for a turn that has failed
   */
  markTurnEnd(figures: EndedTurn | null): void {
    const sample = this.#latest;
    if (figures === null) {
      if (this.#toldBy === 'chat, before its samples') this.#toldBy = 'chat';
      return;
    }
    const covered =
      sample !== null &&
      (sample.phase !== 'idle' || sample.cacheUsedTokens === figures.cacheUsedTokens);
    if (!covered) {
      this.#early = figures;
      return;
    }
    this.#tell(figures);
    if (this.#toldBy === 'chat, before its samples') this.#toldBy = 'chat';
  }

  #record(sample: TelemetrySample): void {
    const reserved = sample.cacheCapacityTokens > 0;
    const values = [
      reserved ? sample.cacheUsedTokens : null,
      reserved ? sample.cacheCapacityTokens : null,
      sample.phase === 'prefill' ? sample.prefillTokensPerSecond : null,
      sample.phase === 'decode' ? sample.decodeTokensPerSecond : null,
    ];
    for (const trace of Object.values(this.#traces)) trace.push(this.#latestMs, values);
  }

  #addTurn(atMs: number, toldBy: TurnTeller): void {
    this.#addEvent({ atMs, kind: 'turn', speeds: null, outcome: null });
    this.#seen = { prefill: false, decode: false };
    this.#toldBy = toldBy;
  }

  #tell({ turn, miss, overflow, ...measured }: EndedTurn): void {
    const index = this.#indexOfLast();
    const last = this.#events[index];
    if (last?.kind !== 'turn') return;
    const speeds = {
      prefill: this.#seen.prefill ? null : measured.prefillTokensPerSecond,
      decode: this.#seen.decode ? null : measured.decodeTokensPerSecond,
    };
    this.#events[index] = { ...last, speeds, outcome: { turn, miss, overflow } };
    this.#version++;
  }

  #tellEarly(): void {
    if (this.#early === null) return;
    this.#tell(this.#early);
    this.#early = null;
    if (this.#toldBy === 'chat, before its samples') this.#toldBy = 'chat';
  }

  /** A snapshot may be written while a turn runs, and says nothing of it. */
  #indexOfLast(): number {
    return this.#events.findLastIndex(({ kind }) => kind !== 'snapshot');
  }

  #addEvent(event: HistoryEvent): void {
    this.#events.push(event);
    if (this.#events.length > eventLimit) this.#events.shift();
  }
}

/** A turn shorter than the distance of two samples only shows in what the cache holds after it. */
function beginsTurn(previous: TelemetrySample | null, sample: TelemetrySample): boolean {
  if (previous === null) return sample.phase !== 'idle';
  if (previous.phase !== 'idle') return false;
  return (
    sample.phase !== 'idle' ||
    (sample.cacheUsedTokens > previous.cacheUsedTokens &&
      sample.cacheCapacityTokens === previous.cacheCapacityTokens)
  );
}

/** @param columns figures per sample */
export function windowTraces(columns: number): WindowTraces {
  const windowTrace = (windowMs: number) =>
    new MinMaxTrace({
      columns,
      bucketMs: windowMs / bucketsPerWindow,
      // Two more than the window is long: the buckets that are cut at its two ends.
      capacity: bucketsPerWindow + 2,
      whenFull: 'drop-oldest',
    });
  return {
    '30s': windowTrace(timeWindows['30s']),
    '2min': windowTrace(timeWindows['2min']),
    '10min': windowTrace(timeWindows['10min']),
    all: new MinMaxTrace({
      columns,
      bucketMs: timeWindows['30s'] / bucketsPerWindow,
      capacity: bucketsPerWindow * 2,
      whenFull: 'halve-resolution',
    }),
  };
}
