import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { loadReportSchema } from '../model/load.ts';
import { sampleStatisticsSchema } from './sample-statistics.ts';
import { speedMeasurementRequestSchema, speedTestSchema } from './speed-measurement.ts';

/** What is timed of every configuration, where, and how often. */
export const speedSeriesSchema = speedTestSchema.safeExtend({
  /** Tokens in the cache before anything is timed. */
  depths: z.array(speedMeasurementRequestSchema.shape.depthTokens).min(1).max(20),
  repetitions: z.int().min(1).max(100).default(5),
});
export type SpeedSeries = z.output<typeof speedSeriesSchema>;

const timedSeriesSchema = z.object({
  /** Of each sample. */
  tokens: z.int().positive(),
  ms: sampleStatisticsSchema,
  tokensPerSecond: sampleStatisticsSchema,
});
export type TimedSeries = z.infer<typeof timedSeriesSchema>;

/** One configuration at one depth; a part that was not asked for is null. */
export const speedFiguresSchema = z.object({
  depthTokens: z.int().nonnegative(),
  prefill: timedSeriesSchema.nullable(),
  ttftMs: sampleStatisticsSchema.nullable(),
  decode: timedSeriesSchema.nullable(),
  /** Times of single tokens, of all samples together. */
  gapMs: z
    .object({ p50: z.number(), p95: z.number(), p99: z.number(), max: z.number() })
    .nullable(),
  usedTokens: z.int().nonnegative(),
  usedBytes: z.number().nonnegative().nullable(),
  /**
   * What the memory must move for one token at this depth: the weights that it uses and the cells that hold
   * a token. Null where that is not known, and without a cache, where a token is not read alone.
   */
  tokenBytes: z.number().positive().nullable(),
});
export type SpeedFigures = z.infer<typeof speedFiguresSchema>;

const measuredSpeedSchema = z.object({
  outcome: z.literal('measured'),
  /** Of its last load: what llama.cpp reserved, and what every `auto` came to. */
  report: loadReportSchema,
  modelType: z.string(),
  batchSize: z.int().positive(),
  /** When its first measurement began. Milliseconds since 1970. */
  startedAt: z.number(),
  /** In the order of the request. */
  depths: z.array(speedFiguresSchema),
});
export type MeasuredSpeed = z.infer<typeof measuredSpeedSchema>;

/** Either all of its figures, or why there are none. */
export const configurationSpeedSchema = z.discriminatedUnion('outcome', [
  measuredSpeedSchema,
  z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
]);
export type ConfigurationSpeed = z.infer<typeof configurationSpeedSchema>;

export const speedResultSchema = z.object({
  series: speedSeriesSchema,
  /** In the order of the request. */
  configurations: z.array(configurationSpeedSchema),
});
export type SpeedResult = z.infer<typeof speedResultSchema>;
