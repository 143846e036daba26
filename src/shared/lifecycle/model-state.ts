import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';
import { loadOptionsSchema, loadProgressSchema, loadReportSchema } from '../model/load.ts';

/** The model that the app has, is getting or has lost. */
export const modelStateSchema = z.discriminatedUnion('phase', [
  z.object({
    phase: z.literal('none'),
    /** Why the last load or the last model ended, where it did not end by the user's wish. */
    error: appErrorSchema.nullable(),
  }),
  z.object({
    phase: z.literal('loading'),
    path: z.string(),
    options: loadOptionsSchema,
    progress: loadProgressSchema,
  }),
  z.object({
    phase: z.literal('loaded'),
    report: loadReportSchema,
    /** Why a load on top of this one was refused; the model stayed. */
    error: appErrorSchema.nullable(),
  }),
  z.object({ phase: z.literal('unloading') }),
  /** A measurement has the engine; what was loaded before is loaded again after it. */
  z.object({ phase: z.literal('lent') }),
]);
export type ModelState = z.infer<typeof modelStateSchema>;
