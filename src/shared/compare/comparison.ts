import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { loadOptionsSchema, loadReportSchema } from '../model/load.ts';
import { configurationSchema } from './configuration.ts';
import { fidelityResultSchema, fidelityTestSchema } from './fidelity.ts';
import { memoryBandwidthSchema } from './memory-bandwidth.ts';
import { outputsResultSchema, outputsTestSchema } from './outputs.ts';
import { parallelResultSchema, parallelTestSchema } from './parallel.ts';
import { comparisonPartSchema, comparisonParts } from './progress.ts';
import { speedResultSchema, speedSeriesSchema } from './speed.ts';

/** Several configurations of one model, and what is to be measured of each. */
export const comparisonRequestSchema = z
  .object({
    path: z.string().min(1),
    /** The same for all configurations. */
    options: loadOptionsSchema.pick({ backend: true, gpuLayers: true }),
    configurations: z.array(configurationSchema).min(1).max(100),
    speed: speedSeriesSchema.nullable().default(null),
    fidelity: fidelityTestSchema.nullable().default(null),
    outputs: outputsTestSchema.nullable().default(null),
    parallel: parallelTestSchema.nullable().default(null),
  })
  .refine(
    request => comparisonParts.some(part => request[part] !== null),
    'there is nothing to measure',
  );
export type ComparisonRequest = z.output<typeof comparisonRequestSchema>;

/** What was measured on: with the rest of the result everything that is needed to repeat it. */
export const comparisonFactsSchema = loadReportSchema
  .pick({
    backend: true,
    devices: true,
    gpuLayers: true,
    bindingsRelease: true,
    llamaCppRelease: true,
    modelFingerprint: true,
  })
  .extend({
    model: loadReportSchema.shape.planned.shape.model.pick({
      path: true,
      name: true,
      architecture: true,
      fileBytes: true,
      weightsBytes: true,
      parameterCount: true,
    }),
    cpu: z.string(),
    /**
     * Of the RAM, read by as many threads as computed, measured in this run; null where speed was not
     * measured, or where the weights are not in RAM.
     */
    memoryBandwidth: memoryBandwidthSchema.nullable(),
    appVersion: z.string(),
    /** When it began. Milliseconds since 1970. */
    startedAt: z.int(),
    /** All of it, loads included. */
    tookMs: z.number().nonnegative(),
  });
export type ComparisonFacts = z.infer<typeof comparisonFactsSchema>;

/**
 * A whole run; a part that was not asked for, or that failed, is null. Lists are in the order of the
 * configurations.
 */
export const comparisonResultSchema = z.object({
  facts: comparisonFactsSchema,
  configurations: z.array(configurationSchema).min(1),
  speed: speedResultSchema.nullable(),
  fidelity: fidelityResultSchema.nullable(),
  outputs: outputsResultSchema.nullable(),
  parallel: parallelResultSchema.nullable(),
  /** Why a part that was asked for is missing; what only one configuration failed for is in its place. */
  partErrors: z.partialRecord(comparisonPartSchema, appErrorSchema),
});
export type ComparisonResult = z.infer<typeof comparisonResultSchema>;
