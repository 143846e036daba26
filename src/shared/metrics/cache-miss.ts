import { z } from 'zod';

/** Why tokens of earlier messages were read again although they had been read before. */
export const missCauses = [
  /** The cache held another conversation. */
  'other-conversation',
  'system-prompt',
  'edited-message',
  /** Another branch of the conversation than the one before. */
  'other-branch',
  'deleted-turn',
  /** The template leaves out what the model thought. */
  'template-reasoning',
  /** The template writes other text of its own than before: a date, a count. */
  'template-text',
  /** The same answer, in other tokens than those that it was generated as. */
  'answer-text',
  /** Recurrent state knows only its end. */
  'no-rollback',
  /** A sliding window has dropped what a rewind would need. */
  'sliding-window',
  /** The context was made anew with other settings. */
  'settings',
  'other-model',
  /** The engine was started anew. */
  'restart',
  /** Turns were left out to make room. */
  'overflow',
  /** An error in the middle of a turn left the cache in a state that nobody knows. */
  'failed-turn',
] as const;
export type MissCause = (typeof missCauses)[number];

export const cacheMissSchema = z.object({
  cause: z.enum(missCauses),
  /** Tokens of earlier messages that were evaluated again. */
  rereadTokens: z.int().positive(),
  /** The first token that differs, where there is one: its position, and the text there before and now. */
  difference: z
    .object({ position: z.int().nonnegative(), before: z.string(), now: z.string() })
    .nullable(),
});
export type CacheMiss = z.infer<typeof cacheMissSchema>;
