import { describeMissAhead } from '../chat/miss-text.ts';
import type { Overflow } from '../chat/overflow.ts';
import { describeOmission } from '../chat/overflow-text.ts';
import type { CacheMiss } from './cache-miss.ts';
import { formatTokenCount } from './format.ts';

/** Null where samples have shown the speed, and where there was none. */
export interface TurnSpeeds {
  readonly prefill: number | null;
  readonly decode: number | null;
}

/** What is known of a turn once it has ended. */
export interface TurnOutcome {
  /** 1 for the conversation's first turn. */
  readonly turn: number;
  /** What was read again of earlier messages; null: nothing. */
  readonly miss: CacheMiss | null;
  /** Turns that were left out; null: none. */
  readonly overflow: Overflow | null;
}

/** What is marked on the live charts; times are session time, milliseconds. */
export type HistoryEvent =
  | {
      readonly kind: 'turn';
      /** When it began. */
      readonly atMs: number;
      /** Speeds of a turn that was too short for a sample to show them. */
      readonly speeds: TurnSpeeds | null;
      /** Null while it runs, and for turns that nobody has told of. */
      readonly outcome: TurnOutcome | null;
    }
  | { readonly kind: 'load'; readonly atMs: number }
  | { readonly kind: 'snapshot'; readonly atMs: number; readonly change: SnapshotChange };

export type SnapshotChange = 'saved' | 'restored';

/** The signs that stand on the line of an event, each with a shape of its own; in the legend's order. */
export const eventSigns = ['turn', 'miss', 'overflow', 'load', 'snapshot'] as const;
export type EventSign = (typeof eventSigns)[number];

/** The signs of one event, from the top of its line down. */
export function signsOf(event: HistoryEvent): readonly EventSign[] {
  if (event.kind !== 'turn') return [event.kind];
  const signs: EventSign[] = ['turn'];
  if ((event.outcome?.miss ?? null) !== null) signs.push('miss');
  // Not on the turns after it, which leave out the same ones again.
  if ((event.outcome?.overflow?.newTurns ?? 0) > 0) signs.push('overflow');
  return signs;
}

/** Every sign that is in view from `startMs` on, in the legend's order. */
export function signsSince(events: readonly HistoryEvent[], startMs: number): readonly EventSign[] {
  const seen = new Set(events.filter(({ atMs }) => atMs >= startMs).flatMap(signsOf));
  return eventSigns.filter(sign => seen.has(sign));
}

/** The event nearest to a time and not further from it than `toleranceMs`. */
export function nearestEvent(
  events: readonly HistoryEvent[],
  atMs: number,
  toleranceMs: number,
): HistoryEvent | null {
  let nearest: HistoryEvent | null = null;
  let distance = toleranceMs;
  for (const event of events) {
    const away = Math.abs(event.atMs - atMs);
    if (away > distance) continue;
    nearest = event;
    distance = away;
  }
  return nearest;
}

/** What an event was, in plain words without a full stop. */
export function describeEvent(event: HistoryEvent): string {
  switch (event.kind) {
    case 'load':
      return 'Model loaded';
    case 'snapshot':
      return event.change === 'saved' ? 'Cache saved' : 'Cache restored';
    case 'turn':
      return event.outcome === null ? 'Turn begins' : describeTurn(event.outcome);
  }
}

function describeTurn({ turn, miss, overflow }: TurnOutcome): string {
  const omission = overflow === null ? null : describeOmission(overflow);
  if (omission !== null) {
    // Why those were read again has just been said.
    const again =
      miss === null
        ? ''
        : `, and read ${formatTokenCount(miss.rereadTokens)} of earlier turns again`;
    return `Turn ${turn} ${omission}${again}`;
  }
  return miss === null ? `Turn ${turn} begins` : `Turn ${turn} read ${describeMissAhead(miss)}`;
}
