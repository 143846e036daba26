import { z } from 'zod';

const tokensSchema = z.int().min(0).max(1_000_000);

/** What is timed, and how full the cache is then. Tokens. */
export const speedTestSchema = z
  .object({
    /** Read and timed as a prompt; 0: no prompt. */
    promptTokens: tokensSchema.default(512),
    /** Generated and timed one by one; 0: none. */
    generatedTokens: tokensSchema.default(128),
    /** Chooses the tokens; the same seed takes the same ones, whatever the configuration. */
    seed: z.int().min(0).max(0xffff_ffff).default(0),
  })
  .refine(test => test.promptTokens + test.generatedTokens > 0, 'there is nothing to measure');

/** Most tokens that are generated in one measurement without a cache. */
export const mostTokensWithoutCache = 8;
/** The deepest that is measured without a cache: each of those tokens has as many computed again. */
export const deepestWithoutCache = 4096;

/** One measurement of the loaded model. */
export const speedMeasurementRequestSchema = speedTestSchema.safeExtend({
  /** In the cache before either part begins; reaching it is not timed. */
  depthTokens: tokensSchema,
  /**
   * Without one, decode alone is measured: every token has all before it evaluated again, and the figures
   * know of no cells. At most {@link mostTokensWithoutCache} tokens are generated then.
   */
  keepsCache: z.boolean().default(true),
  /**
   * Where the cells of that depth are kept between measurements of one model and one pair of cache types:
   * written the first time, read from then on. The caller removes it.
   */
  statePath: z.string().min(1),
  /** Whether the context has not computed anything yet: the first time is slower, and is not what is asked for. */
  warmsUp: z.boolean(),
});
export type SpeedMeasurementRequest = z.output<typeof speedMeasurementRequestSchema>;

export const speedStageSchema = z.enum(['warm-up', 'depth', 'prefill', 'decode']);
export type SpeedStage = z.infer<typeof speedStageSchema>;

const timedSchema = z.object({
  tokens: z.int().positive(),
  /** On the engine's monotonic clock. */
  ms: z.number().positive(),
});

/** One sample; a part that was not asked for is null. */
export const speedMeasurementSchema = z.object({
  prefill: timedSchema
    .extend({
      /** From the first batch to the first token sampled behind the prompt. */
      ttftMs: z.number().positive(),
    })
    .nullable(),
  decode: timedSchema
    .extend({
      /** Every token's own time. */
      gapsMs: z.array(z.number().nonnegative()),
      /** Of the cells that held a token before the first one; null where that is not known, or nothing is kept. */
      depthBytes: z.number().nonnegative().nullable(),
    })
    .nullable(),
  /**
   * Most cells that held a token, and their bytes; null where the architecture's cache is not understood, or
   * nothing is kept.
   */
  usedTokens: z.int().nonnegative(),
  usedBytes: z.number().nonnegative().nullable(),
  /** What llama.cpp calls the model, such as "llama 8B Q4_0". */
  modelType: z.string(),
  /** Tokens evaluated at once. */
  batchSize: z.int().positive(),
});
export type SpeedMeasurement = z.infer<typeof speedMeasurementSchema>;
