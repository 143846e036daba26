import type { CacheMiss, MissCause } from '../metrics/cache-miss.ts';
import { formatTokenCount } from '../metrics/format.ts';

interface Explanation {
  /** Follows "because". */
  readonly why: string;
  /** What would help next time, where something would. */
  readonly remedy: string | null;
}

const explanations: Readonly<Record<MissCause, Explanation>> = {
  'other-conversation': {
    why: 'the cache held another conversation meanwhile',
    remedy: 'Stay in one conversation while its cache is large.',
  },
  'system-prompt': {
    why: 'the system prompt has changed, and everything stands behind it',
    remedy: 'Change it before the first message.',
  },
  'edited-message': {
    why: 'an earlier message has changed, and what follows was computed from it',
    remedy: null,
  },
  'other-branch': {
    why: 'this is another branch of the conversation than the one in the cache',
    remedy: null,
  },
  'deleted-turn': {
    why: 'a turn before was deleted, and what follows was computed from it',
    remedy: null,
  },
  'template-reasoning': {
    why: 'the chat template leaves out what the model thought, so that the cells behind it stand elsewhere now',
    remedy: 'This model’s template does so every turn.',
  },
  'template-text': {
    why: 'the chat template wrote other text of its own than last time, a date for example',
    remedy: 'A template that writes the same every turn would keep the cache.',
  },
  'answer-text': {
    why: 'the answer is cut into other tokens than those it was generated as',
    remedy: null,
  },
  'no-rollback': {
    why: 'this model keeps a recurrent state, which knows only its end and cannot be rolled back',
    remedy: 'Edits and new answers read everything again with such models.',
  },
  'sliding-window': {
    why: 'this model’s sliding window had dropped cells that going back would need',
    remedy: null,
  },
  settings: { why: 'the context was made anew with other settings', remedy: null },
  'other-model': { why: 'another model was loaded meanwhile', remedy: null },
  restart: { why: 'the engine was started anew, and its cache was empty', remedy: null },
  overflow: {
    why: 'the context was full, and turns were left out to make room',
    remedy: 'A longer context puts that off.',
  },
  'failed-turn': {
    why: 'the turn before failed, and what it left in the cache could not be trusted',
    remedy: null,
  },
};

/** Why tokens of earlier messages were read again, and what would help. */
export function describeMiss({
  cause,
  rereadTokens,
}: Pick<CacheMiss, 'cause' | 'rereadTokens'>): string {
  const { why, remedy } = explanations[cause];
  const verb = rereadTokens === 1 ? 'was' : 'were';
  return `${formatTokenCount(rereadTokens)} of earlier turns ${verb} read again, because ${why}.${remedy === null ? '' : ` ${remedy}`}`;
}

/** The same before it has happened. */
export function describeMissAhead({
  cause,
  rereadTokens,
}: Pick<CacheMiss, 'cause' | 'rereadTokens'>): string {
  return `${formatTokenCount(rereadTokens)} of earlier turns again, because ${explanations[cause].why}`;
}

/** Where the prompt first differs from the cache; null where nothing does. */
export function describeDifference({ difference }: CacheMiss): string | null {
  if (difference === null) return null;
  const { position, before, now } = difference;
  return `The first difference is at token ${position.toLocaleString('en-US')}: “${before}” before, “${now}” now.`;
}
