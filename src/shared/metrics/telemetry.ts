import { z } from 'zod';

/** One live sample. Conflated: a sample says how things are now, not everything that happened. */
export const telemetrySampleSchema = z.object({
  /** Milliseconds on the engine's monotonic clock since it started. */
  atMs: z.number().nonnegative(),
  phase: z.enum(['idle', 'prefill', 'decode']),
  cacheUsedTokens: z.int().nonnegative(),
  cacheCapacityTokens: z.int().nonnegative(),
  cacheUsedBytes: z.number().nonnegative().nullable(),
  cacheCapacityBytes: z.number().nonnegative().nullable(),
  /** Of the chunk just evaluated; null outside prefill. */
  prefillTokensPerSecond: z.number().positive().nullable(),
  /** Over the last second; a display aid, never stored. */
  decodeTokensPerSecond: z.number().positive().nullable(),
});
export type TelemetrySample = z.infer<typeof telemetrySampleSchema>;
