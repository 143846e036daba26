import { z } from 'zod';
import { memoryPoolsSchema } from '../fit/memory-pools.ts';
import { cacheTypeSchema } from '../kv-cache/cache-type.ts';
import { modelDescriptionSchema } from './model-description.ts';
import { tokenPredictionSchema } from './token-prediction.ts';

export const backends = ['auto', 'cuda', 'metal', 'vulkan', 'cpu'] as const;
export const backendSchema = z.enum(backends);
export type Backend = z.infer<typeof backendSchema>;

/** `auto` resolved. */
export const resolvedBackendSchema = backendSchema.exclude(['auto']);
export type ResolvedBackend = z.infer<typeof resolvedBackendSchema>;

/** The largest context length that anybody may ask for; a bound against typing errors. */
export const maxContextLength = 16_777_216;

/** What the user chooses before a load. Every `auto` is resolved by the engine and reported. */
export const loadOptionsSchema = z.object({
  backend: backendSchema.default('auto'),
  /** Tokens; `auto` is the trained length, at most 4096. */
  contextLength: z.union([z.literal('auto'), z.int().min(1).max(maxContextLength)]).default('auto'),
  typeK: cacheTypeSchema.default('f16'),
  typeV: cacheTypeSchema.default('f16'),
  flashAttention: z.enum(['auto', 'on', 'off']).default('auto'),
  /** Layers kept on the GPU; `auto` is as many as fit. */
  gpuLayers: z.union([z.literal('auto'), z.int().min(0).max(10_000)]).default('auto'),
  /** Decode threads; `auto` is what a short calibration after the load finds fastest. */
  threads: z.union([z.literal('auto'), z.int().min(1).max(1024)]).default('auto'),
  /** Tokens evaluated at once in prefill (llama.cpp's n_batch and n_ubatch). */
  batchSize: z.int().min(32).max(8192).default(512),
  tokenPrediction: tokenPredictionSchema.default('off'),
  /** Texts that the context holds at once, each with cells of its own. A chat uses the first. */
  sequences: z.int().min(1).max(16).default(1),
  /** Sliding-window layers keep every token of the context, so that any part of it can be gone back to. */
  swaFull: z.boolean().default(false),
});
export type LoadOptions = z.infer<typeof loadOptionsSchema>;

/** What llama.cpp is expected to reserve, computed before anything is loaded. Bytes. */
export const loadPlanSchema = z.object({
  model: modelDescriptionSchema,
  /** Tokens per sequence, `auto` resolved. */
  contextLength: z.int().positive(),
  /** Of all sequences. */
  cells: z.int().positive(),
  weightsBytes: z.int().nonnegative(),
  /** Keys and values; null where the architecture's cache is not understood. */
  kvBytes: z.number().nonnegative().nullable(),
  kvKBytes: z.number().nonnegative().nullable(),
  kvVBytes: z.number().nonnegative().nullable(),
  /** Constant state of recurrent layers; 0 where there are none. */
  recurrentBytes: z.number().nonnegative().nullable(),
  /** Null where no simulation is to be had. */
  computeBytes: z.number().nonnegative().nullable(),
  /** Of all that, what lies in GPU memory; null where no simulation is to be had. */
  vramBytes: z.number().nonnegative().nullable(),
  /** What a load may fill: what is free now and what a loaded model gives back, less a spare. */
  pools: memoryPoolsSchema,
});
export type LoadPlan = z.infer<typeof loadPlanSchema>;

/** The same figures as llama.cpp's own allocation report gives them; null where it said nothing. */
export const loadActualSchema = z.object({
  weightsBytes: z.number().nonnegative().nullable(),
  kvBytes: z.number().nonnegative().nullable(),
  kvKBytes: z.number().nonnegative().nullable(),
  kvVBytes: z.number().nonnegative().nullable(),
  recurrentBytes: z.number().nonnegative().nullable(),
  computeBytes: z.number().nonnegative().nullable(),
  /** Of all sequences. */
  cells: z.int().nonnegative().nullable(),
  /** As resolved, not as requested. */
  flashAttention: z.boolean().nullable(),
});
export type LoadActual = z.infer<typeof loadActualSchema>;

export const threadTrialSchema = z.object({
  threads: z.int().positive(),
  /** Median time of one decoded token. */
  medianMs: z.number().nonnegative(),
});
export type ThreadTrial = z.infer<typeof threadTrialSchema>;

/** What a finished load says of itself. */
export const loadReportSchema = z.object({
  /** As requested. */
  options: loadOptionsSchema,
  planned: loadPlanSchema,
  actual: loadActualSchema,
  /** The backend in use, `auto` resolved. */
  backend: resolvedBackendSchema,
  devices: z.array(z.string()),
  gpuLayers: z.int().nonnegative(),
  /** Tokens that fit into a sequence. */
  contextLength: z.int().positive(),
  threads: z.int().positive(),
  /** The counts that calibration tried; empty when the user chose one. */
  threadTrials: z.array(threadTrialSchema),
  loadMs: z.number().nonnegative(),
  /** Tells these weights from others (see `engine/snapshot/model-fingerprint.ts`); null: the file could not be read. */
  modelFingerprint: z.string().nullable(),
  /** Releases of node-llama-cpp and of the llama.cpp inside it. */
  bindingsRelease: z.string(),
  llamaCppRelease: z.string(),
});
export type LoadReport = z.infer<typeof loadReportSchema>;

export const loadStages = ['engine', 'inspect', 'weights', 'context', 'calibration'] as const;

export const loadProgressSchema = z.object({
  stage: z.enum(loadStages),
  /** 0..1 within the stage; null where the stage reports none. */
  fraction: z.number().min(0).max(1).nullable(),
});
export type LoadProgress = z.infer<typeof loadProgressSchema>;
