import type { Message } from './conversation.ts';

/** Whether an answer ended before the model had said all of it, and there is something to go on from. */
export function endedEarly({ role, status, text, reasoning, figures }: Message): boolean {
  if (role !== 'assistant' || (text === '' && reasoning === '')) return false;
  switch (status) {
    case 'running':
      return false;
    case 'failed':
      return true;
    case 'done':
      return figures !== null && figures.stopReason !== 'end-of-turn';
  }
}
