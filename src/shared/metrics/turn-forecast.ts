import { z } from 'zod';
import { missCauses } from './cache-miss.ts';

/** What a turn that has not begun would have to do before its first token. */
export const turnForecastSchema = z.object({
  promptTokens: z.int().nonnegative(),
  /** In the cache already. */
  reusedTokens: z.int().nonnegative(),
  /** To evaluate: the prompt's others. */
  readTokens: z.int().nonnegative(),
  /** Of those, tokens of earlier messages, and why; null where there are none. */
  miss: z.object({ cause: z.enum(missCauses), rereadTokens: z.int().positive() }).nullable(),
  /** Turns that would be left out for the first time, since the context has no room for them. */
  omittedTurns: z.int().nonnegative(),
  /** Tokens that the context has room for. */
  capacityTokens: z.int().nonnegative(),
  /** By what this model's turns took so far; null before the first one. */
  ttftMs: z.number().nonnegative().nullable(),
});
export type TurnForecast = z.infer<typeof turnForecastSchema>;
