import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { loadOptionsSchema, loadReportSchema } from '../model/load.ts';
import { cachePairSchema } from './cache-pair.ts';
import {
  speedMeasurementRequestSchema,
  speedStageSchema,
  speedTestSchema,
} from './speed-measurement.ts';

/** Several configurations of the cache, measured in turns on one model. */
export const speedRequestSchema = speedTestSchema.safeExtend({
  path: z.string().min(1),
  /** The same for all configurations; their context is as long as the deepest measurement needs. */
  options: loadOptionsSchema.omit({ contextLength: true, typeK: true, typeV: true }),
  configurations: z.array(cachePairSchema).min(1).max(100),
  depths: z.array(speedMeasurementRequestSchema.shape.depthTokens).min(1).max(20),
  repetitions: z.int().min(1).max(100).default(5),
});
export type SpeedRequest = z.output<typeof speedRequestSchema>;

/** What is measured at the moment. */
export const speedProgressSchema = z.object({
  /** Its place in the request. */
  configuration: z.int().nonnegative(),
  depthTokens: z.int().nonnegative(),
  /** From 1. */
  repetition: z.int().positive(),
  stage: speedStageSchema,
  /** Measurements that are over, of all that there will be; a configuration that failed has no more. */
  done: z.int().nonnegative(),
  total: z.int().positive(),
  /** From what earlier measurements took; null before there is one. */
  remainingMs: z.number().nonnegative().nullable(),
});
export type SpeedProgress = z.infer<typeof speedProgressSchema>;

export const sampleStatisticsSchema = z.object({
  samples: z.array(z.number()).min(1),
  mean: z.number(),
  /** Of the samples (n - 1); null of a single one. */
  standardDeviation: z.number().nonnegative().nullable(),
  median: z.number(),
});
export type SampleStatistics = z.infer<typeof sampleStatisticsSchema>;

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
});
export type SpeedFigures = z.infer<typeof speedFiguresSchema>;

const measuredSchema = z.object({
  /** Of its last load: what llama.cpp reserved, and what every `auto` came to. */
  report: loadReportSchema,
  modelType: z.string(),
  batchSize: z.int().positive(),
  /** When its first measurement began. Milliseconds since 1970. */
  startedAt: z.number(),
  /** In the order of the request. */
  depths: z.array(speedFiguresSchema),
});
export type MeasuredSpeed = z.infer<typeof measuredSchema>;

/** Either all of its figures, or why there are none. */
export const speedConfigurationSchema = cachePairSchema.and(
  z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('measured'), ...measuredSchema.shape }),
    z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
  ]),
);
export type SpeedConfiguration = z.infer<typeof speedConfigurationSchema>;

/** In the order of the request. */
export const speedResultSchema = z.object({ configurations: z.array(speedConfigurationSchema) });
export type SpeedResult = z.infer<typeof speedResultSchema>;
