import { z } from 'zod';
import { appErrorSchema } from '../errors/app-error.ts';

/** The engine process as the app shows it. Each start is a new generation. */
export const engineStateSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('stopped'), generation: z.int().nonnegative() }),
  z.object({ phase: z.literal('starting'), generation: z.int().positive() }),
  z.object({
    phase: z.literal('ready'),
    generation: z.int().positive(),
    processId: z.int(),
    bindingsRelease: z.string(),
  }),
  /** It died; a restart follows unless it has died too often in a short time. */
  z.object({
    phase: z.literal('crashed'),
    generation: z.int().positive(),
    error: appErrorSchema,
    restarting: z.boolean(),
  }),
]);
export type EngineState = z.infer<typeof engineStateSchema>;
