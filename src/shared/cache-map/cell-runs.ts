import type { CacheMap, CellSpan } from './cache-map.ts';

/** What a reader tells cells apart by. */
export type RunKind =
  | 'free'
  | 'template'
  | 'system'
  /** Turns before this one: their messages and answers. */
  | 'history'
  | 'prompt'
  | 'answer'
  | 'reasoning';

/** Cells next to each other that look alike. Positions in the sequence. */
export interface CellRun {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly kind: RunKind;
  /** Of the turn that the text belongs to, from 1; null for what belongs to none. */
  readonly turn: number | null;
  /** Of a user's message, or else of its answer. */
  readonly isQuestion: boolean;
  /** Computed in the turn that began last, and not kept from before. */
  readonly isFresh: boolean;
}

/**
 * All cells from the first to the last, in order and without gaps.
 *
 * @param usedTokens cells that are filled: while a prompt is being read, fewer than it has
 */
export function cellRuns(map: CacheMap, usedTokens: number): CellRun[] {
  const { spans, promptTokens, reusedTokens } = map;
  const capacity = Math.max(map.capacityTokens, usedTokens);
  const runs: CellRun[] = [];
  const add = (run: Omit<CellRun, 'isFresh'>) => {
    const end = Math.min(run.end, usedTokens);
    for (const [start, stop] of [
      [run.start, Math.min(end, reusedTokens)],
      [Math.max(run.start, reusedTokens), end],
    ] as const) {
      if (stop > start) runs.push({ ...run, start, end: stop, isFresh: start >= reusedTokens });
    }
  };
  const asked = spans.findLast(({ kind }) => kind === 'user')?.messageId ?? null;
  let turn = 0;
  let at = 0;
  const template = (start: number, end: number) =>
    add({ start, end, kind: 'template', turn: turn === 0 ? null : turn, isQuestion: false });
  for (const span of spans) {
    template(at, span.start);
    if (span.kind === 'user') turn++;
    add({
      start: span.start,
      end: span.end,
      kind: kindOf(span, asked, map.answerId),
      turn: span.kind === 'system' ? null : turn,
      isQuestion: span.kind === 'user',
    });
    at = span.end;
  }
  template(at, promptTokens);
  add({ start: promptTokens, end: usedTokens, kind: 'answer', turn, isQuestion: false });
  runs.push({
    start: usedTokens,
    end: capacity,
    kind: 'free',
    turn: null,
    isQuestion: false,
    isFresh: false,
  });
  return runs.filter(({ start, end }) => end > start);
}

function kindOf({ kind, messageId }: CellSpan, asked: string | null, answerId: string): RunKind {
  if (kind === 'system' || kind === 'reasoning') return kind;
  if (messageId === asked) return 'prompt';
  return messageId === answerId ? 'answer' : 'history';
}

/** The run that a cell is in; null beyond the last cell. */
export function runAt(runs: readonly CellRun[], cell: number): CellRun | null {
  return runs.find(({ end }) => end > cell) ?? null;
}

/** Cells of each kind. */
export function cellsByKind(runs: readonly CellRun[]): Readonly<Record<RunKind, number>> {
  const cells = { free: 0, template: 0, system: 0, history: 0, prompt: 0, answer: 0, reasoning: 0 };
  for (const { kind, start, end } of runs) cells[kind] += end - start;
  return cells;
}

/** What a cell holds, in words. */
export function describeRun({ kind, turn, isQuestion }: CellRun): string {
  const of = isQuestion ? 'your message' : 'the answer';
  switch (kind) {
    case 'free':
      return 'Free';
    case 'template':
      return 'Chat template';
    case 'system':
      return 'System prompt';
    case 'history':
      return `Turn ${turn}, ${of}`;
    case 'reasoning':
      return `Turn ${turn}, reasoning`;
    case 'prompt':
      return `This turn, your message`;
    case 'answer':
      return 'This turn, the answer';
  }
}
