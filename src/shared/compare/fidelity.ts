import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';
import { loadOptionsSchema, resolvedBackendSchema } from '../model/load.ts';

const typePairSchema = z.object({ typeK: cacheTypeSchema, typeV: cacheTypeSchema });
export type TypePair = z.infer<typeof typePairSchema>;

/** What every configuration is held against. */
export const baselineTypes: TypePair = { typeK: 'f16', typeV: 'f16' };

/** Longer texts are not read to their end anyway. Characters. */
export const longestText = 1_000_000;

export const fidelityRequestSchema = z.object({
  path: z.string().min(1),
  /** An `auto` context is just long enough for the text; `auto` flash attention is on, as a quantized V needs it. */
  options: loadOptionsSchema.omit({ typeK: true, typeV: true }),
  pairs: z.array(typePairSchema).min(1).max(81),
  /** Null: a text that ships with the app. */
  text: z.string().min(1).max(longestText).nullable().default(null),
  /** How much of the text to read at most. */
  tokens: z.int().min(2).max(32_768).default(512),
});
export type FidelityRequest = z.output<typeof fidelityRequestSchema>;

export const fidelityProgressSchema = typePairSchema.extend({
  stage: z.enum(['load', 'measure']),
  /** The baseline is the first one; counted from 1. */
  configuration: z.int().positive(),
  configurations: z.int().positive(),
  /** Over all configurations. */
  doneTokens: z.int().nonnegative(),
  totalTokens: z.int().positive(),
  /** Of the whole run, as fast as it went so far; null before anything was read. */
  remainingMs: z.number().nonnegative().nullable(),
});
export type FidelityProgress = z.infer<typeof fidelityProgressSchema>;

/** What one configuration expected, position by position. All lists have the length of the text less one. */
export const fidelityReadingSchema = z.object({
  /** -ln of the probability of the token that came next. Nats. */
  losses: z.array(z.number().nonnegative()),
  /** The token that was most likely to come next. */
  likeliest: z.array(z.int().nonnegative()),
  likeliestTexts: z.array(z.string()),
});
export type FidelityReading = z.infer<typeof fidelityReadingSchema>;

/** A reading held against the baseline's. */
export const comparedReadingSchema = fidelityReadingSchema.extend({
  /** Of this configuration from the baseline. Nats. */
  divergences: z.array(z.number().nonnegative()),
});
export type ComparedReading = z.infer<typeof comparedReadingSchema>;

export const fidelityFiguresSchema = z.object({
  perplexity: z.number().min(1),
  /** Nats per token. */
  klDivergence: z.object({
    mean: z.number().nonnegative(),
    p95: z.number().nonnegative(),
    p99: z.number().nonnegative(),
    max: z.number().nonnegative(),
  }),
  /** 0..1. */
  top1Agreement: z.number().min(0).max(1),
  /** At so many positions another token was the most likely one. */
  top1Changes: z.int().nonnegative(),
});
export type FidelityFigures = z.infer<typeof fidelityFiguresSchema>;

/** The cache of a configuration as llama.cpp reported it. */
const reservedSchema = typePairSchema.extend({
  kvBytes: z.number().nonnegative().nullable(),
  /** As resolved; null where llama.cpp said nothing. */
  flashAttention: z.boolean().nullable(),
});

const measuredRowSchema = reservedSchema.extend({
  status: z.literal('measured'),
  ...fidelityFiguresSchema.shape,
  reading: comparedReadingSchema,
});
export type MeasuredRow = z.infer<typeof measuredRowSchema>;

export const fidelityRowSchema = z.discriminatedUnion('status', [
  measuredRowSchema,
  typePairSchema.extend({ status: z.literal('failed'), error: appErrorSchema }),
]);
export type FidelityRow = z.infer<typeof fidelityRowSchema>;

/** A whole run, with everything that is needed to repeat it. */
export const fidelityResultSchema = z.object({
  model: z.object({
    path: z.string(),
    name: z.string().nullable(),
    fileBytes: z.int().nonnegative(),
    /** Tells models apart: see `engine/snapshot/model-fingerprint.ts`. */
    fingerprint: z.string(),
  }),
  backend: resolvedBackendSchema,
  devices: z.array(z.string()),
  gpuLayers: z.int().nonnegative(),
  threads: z.int().positive(),
  batchSize: z.int().positive(),
  contextLength: z.int().positive(),
  bindingsRelease: z.string(),
  llamaCppRelease: z.string(),
  text: z.object({
    builtIn: z.boolean(),
    /** Of what was read of it, as its tokens are written. */
    sha256: z.string(),
    /** Of each token that was to be predicted: one for each position. */
    expected: z.array(z.string()),
  }),
  /** Milliseconds since 1970. */
  measuredAt: z.int(),
  baseline: reservedSchema.extend({
    perplexity: z.number().min(1),
    reading: fidelityReadingSchema,
  }),
  /** In the order asked for; f16 against itself, the noise floor, is always there and always last. */
  rows: z.array(fidelityRowSchema),
});
export type FidelityResult = z.infer<typeof fidelityResultSchema>;
