import { z } from 'zod';
import { overflowSchema } from '../chat/overflow.ts';
import { cacheMissSchema } from './cache-miss.ts';

const ms = z.number().nonnegative();
const count = z.int().nonnegative();
/** A figure that could not be measured is null ("not measured"), never zero. */
const rate = z.number().positive().nullable();

/** Where the time to first token went. The parts sum to it within 1 ms. */
export const ttftPartsSchema = z.object({
  /** Waiting for the model. */
  queue: ms,
  /** Rendering the chat template and tokenizing. */
  template: ms,
  /** Aligning the cached sequence with the prompt. */
  restore: ms,
  /** Evaluating the new prompt tokens. */
  prefill: ms,
  /** Sampling the first token. */
  firstDecode: ms,
});
export type TtftParts = z.infer<typeof ttftPartsSchema>;

export const stopReasonSchema = z.enum(['end-of-turn', 'token-limit', 'context-full', 'stopped']);
export type StopReason = z.infer<typeof stopReasonSchema>;

/** Gaps between generated tokens. */
export const interTokenLatencySchema = z.object({ p50: ms, p95: ms, p99: ms, max: ms });
export type InterTokenLatency = z.infer<typeof interTokenLatencySchema>;

/** Cells that were filled from a snapshot instead of being computed. */
export const restoredCacheSchema = z.object({
  tokens: z.int().positive(),
  /** Checking the file and filling the cells. */
  ms,
  /** Milliseconds since 1970. */
  savedAt: count,
});
export type RestoredCache = z.infer<typeof restoredCacheSchema>;

/** What became of guessed tokens. */
export const predictionCountsSchema = z.object({
  guessed: count,
  /** So many of them were what the model says. */
  accepted: count,
});
export type PredictionCounts = z.infer<typeof predictionCountsSchema>;

/**
 * Every figure of one turn, measured in the engine on its monotonic clock. Milliseconds, tokens,
 * tokens per second, bytes.
 */
export const turnFiguresSchema = z.object({
  stopReason: stopReasonSchema,
  /** From receiving the request to the first sampled token; null when there was none. */
  ttftMs: ms.nullable(),
  ttftParts: ttftPartsSchema,
  /** reused + prefilled. */
  promptTokens: count,
  reusedTokens: count,
  prefilledTokens: count,
  prefillTokensPerSecond: rate,
  /** (n - 1) / (last - first); null below two tokens. */
  decodeTokensPerSecond: rate,
  interTokenLatency: interTokenLatencySchema.nullable(),
  generatedTokens: count,
  /** Held back on purpose: its decode speed says nothing, and is not measured. */
  paced: z.boolean().default(false),
  /**
   * Probability that the model gave to the first words of its answer, all of them together; null where
   * it was not asked for, and in answers from before there was such a figure.
   */
  openingProbability: z.number().min(0).max(1).nullable().default(null),
  /** What was said of `ttftMs` (without waiting for other turns) when the turn began; null: nothing yet. */
  forecastMs: ms.nullable().default(null),
  /** What was read again of earlier messages, and why; null: nothing. */
  miss: cacheMissSchema.nullable().default(null),
  /** Turns that were left out since the conversation no longer fits; null: none. */
  overflow: overflowSchema.nullable().default(null),
  /** What a snapshot had filled the cells with since the turn before; null: nothing. */
  restored: restoredCacheSchema.nullable().default(null),
  /** Tokens that were guessed and checked; null: the model was loaded without prediction. */
  prediction: predictionCountsSchema.nullable().default(null),
  cacheUsedTokens: count,
  cacheCapacityTokens: count,
  /** Null where the architecture's cache is not understood. */
  cacheUsedBytes: z.number().nonnegative().nullable(),
  cacheCapacityBytes: z.number().nonnegative().nullable(),
});
export type TurnFigures = z.infer<typeof turnFiguresSchema>;
