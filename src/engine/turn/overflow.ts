import type { CellGap, CellSpan } from '#shared/cache-map/cache-map.ts';
import type { OverflowPolicy } from '#shared/chat/overflow.ts';
import type { PromptMessage } from '#shared/contract/engine-contract.ts';

/** Cells that are kept free for the answer: so many, and never more than this share of the context. */
const answerTokens = 512;
const answerShare = 0.25;
/** How much of the context is left filled once room is made: every following turn would else make room again. */
const keptShare = 0.5;

/** Whether a prompt leaves too little room for an answer. */
export function overflows(promptTokens: number, capacityTokens: number): boolean {
  return promptTokens + Math.min(answerTokens, capacityTokens * answerShare) > capacityTokens;
}

/**
 * The messages to leave out so that half of the context is free, whole turns in the order of the policy.
 * The last turn always stays, and of `drop-middle` the first one. Fewer where that is all there is.
 *
 * @param spans of the prompt with all of them
 * @param end tokens of that prompt
 */
export function messagesToOmit(
  policy: OverflowPolicy,
  messages: readonly PromptMessage[],
  spans: readonly CellSpan[],
  end: number,
  capacityTokens: number,
): ReadonlySet<string> {
  const omitted = new Set<string>();
  if (policy === 'stop') return omitted;
  const turns = turnsOf(messages);
  const starts = turns.map(turn => startOf(turn[0]?.id, spans));
  let left = end;
  const target = capacityTokens * keptShare;
  for (let at = policy === 'drop-middle' ? 1 : 0; at < turns.length - 1 && left > target; at++) {
    const start = starts[at];
    const next = starts[at + 1];
    if (start == null || next == null) continue;
    left -= next - start;
    for (const { id } of turns[at] ?? []) omitted.add(id);
  }
  return omitted;
}

/** A question with what follows it up to the next one. */
function turnsOf(messages: readonly PromptMessage[]): PromptMessage[][] {
  const turns: PromptMessage[][] = [];
  for (const message of messages) {
    const current = turns.at(-1);
    if (message.role === 'user' || current === undefined) turns.push([message]);
    else current.push(message);
  }
  return turns;
}

function startOf(messageId: string | undefined, spans: readonly CellSpan[]): number | null {
  return spans.find(span => span.messageId === messageId)?.start ?? null;
}

/**
 * Where what was left out would have been.
 *
 * @param messages all of them, oldest first
 * @param spans of the prompt without those that were left out
 */
export function gapsOf(
  messages: readonly PromptMessage[],
  omitted: ReadonlySet<string>,
  spans: readonly CellSpan[],
): CellGap[] {
  const gaps: CellGap[] = [];
  let turns = 0;
  for (const { id, role } of messages) {
    if (omitted.has(id)) {
      if (role === 'user') turns++;
    } else if (turns > 0) {
      const position = startOf(id, spans);
      // A message without any text has no cells: what follows it has.
      if (position === null) continue;
      gaps.push({ position, turns });
      turns = 0;
    }
  }
  return gaps;
}

/** How many questions are among these messages. */
export function countTurns(messages: readonly PromptMessage[], ids: ReadonlySet<string>): number {
  return messages.filter(({ id, role }) => role === 'user' && ids.has(id)).length;
}
