import { z } from 'zod';
import { comparisonFactsSchema } from '../compare/comparison.ts';
import { speedMeasurementRequestSchema } from '../compare/speed-measurement.ts';
import { appErrorSchema } from '../errors/app-error.ts';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';
import { loadOptionsSchema } from '../model/load.ts';
import { predictionFiguresSchema } from './prediction-figures.ts';

const tokensSchema = speedMeasurementRequestSchema.shape.depthTokens;

/** What is tried, in this order: each with the best of what was tried before. */
export const tuneCoordinates = [
  'threads',
  'flash-attention',
  'batch-size',
  'cache-types',
  'token-prediction',
] as const;
export const tuneCoordinateSchema = z.enum(tuneCoordinates);
export type TuneCoordinate = z.infer<typeof tuneCoordinateSchema>;

export const tuneRequestSchema = z.object({
  path: z.string().min(1),
  /** Where the search begins, and what it is never worse than. */
  start: loadOptionsSchema,
  /** The turn whose time is to become shorter. */
  turn: z
    .object({
      /** In the cache before it; null: half of the context, 1,024 at most. */
      depthTokens: tokensSchema.nullable().default(null),
      promptTokens: tokensSchema.min(1).default(128),
      generatedTokens: tokensSchema.min(2).max(4096).default(128),
    })
    .prefault({}),
  /** For weights, cache and compute buffers together. Bytes; null: whatever can be loaded. */
  budgetBytes: z.number().positive().nullable().default(null),
  /** Mean divergence from f16 that cache types may cost; 0: f16 only. Nats per token. */
  floorNats: z.number().nonnegative().default(0.01),
  /** How much of the built-in text the divergence is measured over. */
  fidelityTokens: z.int().min(2).max(4096).default(256),
  /** After so long nothing new is tried; what runs by then ends, and the last check comes on top. */
  timeMs: z.number().positive().default(180_000),
});
export type TuneRequest = z.output<typeof tuneRequestSchema>;

/** Of one configuration, every sample; the other one of a trial was measured between them. */
export const turnSamplesSchema = z.object({
  /** Of the whole turn: prompt and answer. */
  turnMs: z.array(z.number().positive()).min(1),
  prefillMs: z.array(z.number().positive()).min(1),
  decodeMs: z.array(z.number().positive()).min(1),
});
export type TurnSamples = z.infer<typeof turnSamplesSchema>;

/** What was measured of both, in turns. */
export const turnPairSchema = z.object({
  incumbent: turnSamplesSchema,
  candidate: turnSamplesSchema,
});
export type TurnPair = z.infer<typeof turnPairSchema>;

export const predictionPairSchema = z.object({
  incumbent: predictionFiguresSchema,
  candidate: predictionFiguresSchema,
  /** Whether all of its answers were the same, token for token. */
  sameAnswers: z.boolean(),
});
export type PredictionPair = z.infer<typeof predictionPairSchema>;

export const trialVerdictSchema = z.enum([
  'faster',
  'no-difference',
  'slower',
  /** Not measured: it is the first that keeps the limits, which the start does not. */
  'keeps-limits',
  'over-budget',
  'below-floor',
  /** Prediction changed what the model says: rounding, in larger batches. */
  'other-answer',
  'failed',
]);
export type TrialVerdict = z.infer<typeof trialVerdictSchema>;

export const tuneTrialSchema = z.object({
  coordinate: tuneCoordinateSchema,
  /** Ready for a load. */
  options: loadOptionsSchema,
  verdict: trialVerdictSchema,
  /** What is null here was not measured. */
  turns: turnPairSchema.nullable(),
  prediction: predictionPairSchema.nullable(),
  /** Weights, cache and compute buffers: as reported by a load, else as planned. */
  memoryBytes: z.number().nonnegative().nullable(),
  /** Mean, from f16. Nats per token. */
  divergence: z.number().nonnegative().nullable(),
  /** Why it failed. */
  error: appErrorSchema.nullable(),
});
export type TuneTrial = z.infer<typeof tuneTrialSchema>;

/** Settings, and what they take. */
export const tunedSettingsSchema = tuneTrialSchema.pick({
  options: true,
  memoryBytes: true,
  divergence: true,
});
export type TunedSettings = z.infer<typeof tunedSettingsSchema>;

const tuneOutcomeSchema = z.enum([
  /** Measurably faster than the start, by the last check. */
  'improved',
  'keep',
  /** The start does not keep the limits; this does. */
  'limits-kept',
  'nothing-fits',
]);

/** What one pair of cache types takes with the start's context. */
export const typeCostSchema = z.object({
  typeK: cacheTypeSchema,
  typeV: cacheTypeSchema,
  /** Planned: weights, cache and compute buffers. */
  memoryBytes: z.number().nonnegative().nullable(),
  divergence: z.number().nonnegative().nullable(),
});
export type TypeCost = z.infer<typeof typeCostSchema>;

/** What a search found. */
export const searchResultSchema = z.object({
  outcome: tuneOutcomeSchema,
  start: tunedSettingsSchema.extend({
    /** Why it may not stay; null: it keeps the limits. */
    limit: z.enum(['over-budget', 'below-floor', 'failed']).nullable(),
    error: appErrorSchema.nullable(),
  }),
  /** The start itself where that is best; null: nothing keeps the limits. */
  choice: tunedSettingsSchema.nullable(),
  trials: z.array(tuneTrialSchema),
  /** For want of time. */
  untried: z.array(tuneTrialSchema.pick({ coordinate: true, options: true })),
  /** Start (as the incumbent) and choice once more; null where they are the same, or one did not load. */
  check: z
    .object({ turns: turnPairSchema, prediction: predictionPairSchema.nullable() })
    .nullable(),
  /** Where the start is over the budget: what each pair of types would take. */
  costs: z.array(typeCostSchema),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

export const tuneResultSchema = searchResultSchema.extend({
  facts: comparisonFactsSchema,
  request: tuneRequestSchema,
  /** Tokens in the cache before the turn. */
  depthTokens: z.int().nonnegative(),
  /** The outcome in words. */
  sentences: z.array(z.string()),
});
export type TuneResult = z.infer<typeof tuneResultSchema>;

export const tuneProgressSchema = z.object({
  stage: z.enum(['start', 'limits', 'trial', 'check']),
  /** What is tried; null outside of trials. */
  trial: tuneTrialSchema.pick({ coordinate: true, options: true }).nullable(),
  /** Trials that are over. */
  done: z.int().nonnegative(),
  elapsedMs: z.number().nonnegative(),
});
export type TuneProgress = z.infer<typeof tuneProgressSchema>;
