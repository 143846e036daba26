import { z } from 'zod';
import { loadActualSchema, loadPlanSchema, loadReportSchema } from './load.ts';

/** Bytes of a load by part; null where nobody could tell. */
const partsOf = {
  weightsBytes: true,
  kvKBytes: true,
  kvVBytes: true,
  recurrentBytes: true,
  computeBytes: true,
} as const;

/** What one load was expected to reserve and what llama.cpp then reported, kept with the model. */
export const loadRecordSchema = loadReportSchema
  .pick({
    options: true,
    backend: true,
    gpuLayers: true,
    contextLength: true,
    llamaCppRelease: true,
  })
  .extend({
    /** Milliseconds since 1970. */
    loadedAt: z.int().nonnegative(),
    planned: loadPlanSchema.pick(partsOf),
    actual: loadActualSchema.pick(partsOf),
  });
export type LoadRecord = z.infer<typeof loadRecordSchema>;
