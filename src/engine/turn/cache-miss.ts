import type { CellSpan } from '#shared/cache-map/cache-map.ts';
import type { CacheMiss, MissCause } from '#shared/metrics/cache-miss.ts';
import type { CellRecord, FreshCause } from './cell-record.ts';

/** A turn's prompt held against what was in the cache when it came. */
export interface Alignment {
  /** Null where nothing has been read since the context was made, for the reason beside it. */
  readonly before: CellRecord | null;
  readonly freshCause: FreshCause;
  readonly conversationId: string;
  /** Tokens that were in the cache, and how many of them begin the prompt. */
  readonly cachedTokens: number;
  readonly sharedTokens: number;
  /** How many of those could be kept. */
  readonly keptTokens: number;
  /** Why fewer were kept than are shared, where they were. */
  readonly rewindFailure: 'no-rollback' | 'sliding-window' | null;
  readonly spans: readonly CellSpan[];
  /** Turns were left out of this prompt for the first time. */
  readonly madeRoom: boolean;
  /** Messages whose reasoning the template was given. */
  readonly thoughtful: ReadonlySet<string>;
  /** Ids of the prompt's messages, oldest first. */
  readonly messageIds: readonly string[];
  /** Text of the tokens at a position, in the cache and in the prompt. */
  readonly textAt: (position: number) => { readonly before: string; readonly now: string };
}

/** Null where nothing was read again that belongs to earlier messages. */
export function explainMiss(alignment: Alignment): CacheMiss | null {
  const { keptTokens, sharedTokens, cachedTokens, before } = alignment;
  // The last token of an answer that was cut off has been sampled and never read.
  const unread = before !== null && keptTokens === cachedTokens ? 1 : 0;
  const rereadTokens = endOfHistory(alignment) - keptTokens - unread;
  if (rereadTokens <= 0) return null;
  const differs = cachedTokens > 0 && keptTokens === sharedTokens && sharedTokens < cachedTokens;
  return {
    cause: causeOf(alignment),
    rereadTokens,
    difference: differs ? { position: sharedTokens, ...alignment.textAt(sharedTokens) } : null,
  };
}

/** Where what was there before the last message ends. */
function endOfHistory({ spans, messageIds }: Alignment): number {
  const earlier = new Set(messageIds.slice(0, -1));
  return spans.reduce(
    (end, span) => (earlier.has(span.messageId ?? '') ? Math.max(end, span.end) : end),
    0,
  );
}

function causeOf(alignment: Alignment): MissCause {
  const { before, freshCause, conversationId, rewindFailure, sharedTokens } = alignment;
  if (before === null || alignment.cachedTokens === 0) return freshCause;
  if (before.conversationId !== conversationId) return 'other-conversation';
  if (alignment.madeRoom) return 'overflow';
  if (rewindFailure !== null) return rewindFailure;

  const old = spanFrom(withAnswer(before, alignment.cachedTokens), sharedTokens);
  const now = spanFrom(alignment.spans, sharedTokens);
  if (old?.kind === 'system' || now?.kind === 'system') return 'system-prompt';
  if (isThoughtLeftOut(alignment, before, old, now)) return 'template-reasoning';
  if (old !== null && old.messageId === now?.messageId) {
    if (sharedTokens < Math.max(old.start, now.start)) return 'template-text';
    return now.kind === 'user' ? 'edited-message' : 'answer-text';
  }
  const wasThere = before.spans.some(span => span.messageId === now?.messageId);
  return wasThere || before.answerId === now?.messageId ? 'deleted-turn' : 'other-branch';
}

/** The spans of the prompt, and one for what was generated after it. */
function withAnswer(record: CellRecord, cachedTokens: number): readonly CellSpan[] {
  const { spans, promptTokens, answerId } = record;
  return [
    ...spans,
    { start: promptTokens, end: cachedTokens, kind: 'answer', messageId: answerId },
  ];
}

/** The span at a position, or else the next one. */
function spanFrom(spans: readonly CellSpan[], position: number): CellSpan | null {
  return spans.find(({ end }) => end > position) ?? null;
}

/** Whether the cells hold a thought that the prompt has no more. */
function isThoughtLeftOut(
  { thoughtful, spans }: Alignment,
  before: CellRecord,
  old: CellSpan | null,
  now: CellSpan | null,
): boolean {
  const id = old?.messageId ?? null;
  if (id === null || now?.kind === 'reasoning') return false;
  const isThought = old?.kind === 'reasoning' || (id === before.answerId && thoughtful.has(id));
  return isThought && !spans.some(span => span.messageId === id && span.kind === 'reasoning');
}
