import { z } from 'zod';
import { conversationIdSchema } from '../chat/conversation-ids.ts';
import { appErrorSchema } from '../errors/app-error.ts';
import { loadReportSchema } from '../model/load.ts';

/** Longer texts are not read to their end anyway. Characters. */
export const longestText = 1_000_000;

export const textSourceSchema = z.discriminatedUnion('kind', [
  /** A text that ships with the app. */
  z.object({ kind: z.literal('built-in') }),
  z.object({
    kind: z.literal('given'),
    name: z.string().max(300),
    text: z.string().regex(/\S/, 'the text is empty').max(longestText),
  }),
  /** All messages of the branch that is shown, one after the other. */
  z.object({ kind: z.literal('conversation'), conversationId: conversationIdSchema }),
]);
export type TextSource = z.infer<typeof textSourceSchema>;

/** What every configuration reads. */
export const fidelityTestSchema = z.object({
  text: textSourceSchema.default({ kind: 'built-in' }),
  /** How much of the text to read at most. */
  tokens: z.int().min(2).max(32_768).default(512),
});
export type FidelityTest = z.output<typeof fidelityTestSchema>;

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

/** The context that read the text, as llama.cpp reported it and every `auto` came out. */
const readerSchema = loadReportSchema.pick({ threads: true, contextLength: true }).extend({
  batchSize: z.int().positive(),
  kvBytes: z.number().nonnegative().nullable(),
  /** Null where llama.cpp said nothing. */
  flashAttention: z.boolean().nullable(),
});

const measuredFidelitySchema = readerSchema.extend({
  outcome: z.literal('measured'),
  ...fidelityFiguresSchema.shape,
  reading: comparedReadingSchema,
});
export type MeasuredFidelity = z.infer<typeof measuredFidelitySchema>;

/** Either all of its figures, or why there are none. */
export const configurationFidelitySchema = z.discriminatedUnion('outcome', [
  measuredFidelitySchema,
  z.object({ outcome: z.literal('failed'), error: appErrorSchema }),
]);
export type ConfigurationFidelity = z.infer<typeof configurationFidelitySchema>;

export const fidelityResultSchema = z.object({
  text: z.object({
    kind: z.enum(['built-in', 'given', 'conversation']),
    /** Of the file or the chat; empty for the built-in one. */
    name: z.string(),
    /** Of what was read of it, as its tokens are written. */
    sha256: z.string(),
    /** Of each token that was to be predicted: one for each position. */
    expected: z.array(z.string()),
  }),
  /** The f16 cache, else like the first configuration. */
  baseline: readerSchema.extend({
    perplexity: z.number().min(1),
    reading: fidelityReadingSchema,
  }),
  /** In the order of the request; null for one that is the baseline itself, or has no cache. */
  configurations: z.array(configurationFidelitySchema.nullable()),
  /** The baseline against itself, measured last. */
  noise: configurationFidelitySchema,
});
export type FidelityResult = z.infer<typeof fidelityResultSchema>;
