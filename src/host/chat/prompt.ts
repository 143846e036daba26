import type { Message } from '#shared/chat/conversation.ts';
import type { OverflowPolicy } from '#shared/chat/overflow.ts';
import type { PromptMessage, TurnRequest } from '#shared/contract/engine-contract.ts';
import type { ErrorCode } from '#shared/errors/app-error.ts';

/** The engine read nothing of these: asking again with the same message inside would fail again. */
const refusals: ReadonlySet<ErrorCode> = new Set(['prompt-too-long', 'template-failed']);

/**
 * The prompt's messages, oldest first: the branch that ends in `question`, which may be new. Answers that failed half
 * way or were stopped stay in, as far as they came, since the reader has seen them too; a question
 * that was refused is left out together with its empty answer.
 */
export function promptMessages(
  transcript: readonly Message[],
  question: Message,
): [PromptMessage, ...PromptMessage[]] {
  const byId = new Map(transcript.map(message => [message.id, message]));
  const earlier: PromptMessage[] = [];
  let next = question.parentId;
  while (next !== null) {
    const message = byId.get(next);
    if (message === undefined) break;
    next = message.parentId;
    if (wasRefused(message)) {
      const refusedQuestion = next === null ? undefined : byId.get(next);
      next = refusedQuestion?.parentId ?? null;
    } else {
      earlier.unshift(toPrompt(message));
    }
  }
  const [first, ...rest] = [...earlier, toPrompt(question)];
  return first === undefined ? [toPrompt(question)] : [first, ...rest];
}

/**
 * What the turn before `question` had left out, and what to do where even that is too long.
 *
 * @param policy of the conversation
 */
export function overflowFor(
  policy: OverflowPolicy,
  transcript: readonly Message[],
  question: Message,
): TurnRequest['overflow'] {
  const byId = new Map(transcript.map(message => [message.id, message]));
  let next = question.parentId;
  while (next !== null) {
    const message = byId.get(next);
    if (message === undefined) break;
    const { figures, parentId } = message;
    if (figures !== null) return { policy, omitted: figures.overflow?.omitted ?? [] };
    next = parentId;
  }
  return { policy, omitted: [] };
}

function wasRefused(message: Message): boolean {
  if (message.status !== 'failed' || message.error === null) return false;
  // With text it was the attempt to continue it that was refused: the reader has seen what there was.
  return refusals.has(message.error.code) && message.text === '' && message.reasoning === '';
}

export function toPrompt({ id, role, text, reasoning }: Message): PromptMessage {
  return { id, role, text, reasoning };
}
