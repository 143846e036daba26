import { z } from 'zod';
import { predictionCountsSchema } from '../metrics/turn-figures.ts';

/** Answers to one task, as many as were asked for. */
export const taskFiguresSchema = predictionCountsSchema.extend({
  /** Of one answer. */
  tokens: z.int().nonnegative(),
  /** Of each answer, over its tokens behind the first; empty where there were fewer than two. */
  msPerToken: z.array(z.number().nonnegative()),
});
export type TaskFigures = z.infer<typeof taskFiguresSchema>;

export const predictionFiguresSchema = z.object({
  repeating: taskFiguresSchema,
  fresh: taskFiguresSchema,
});
export type PredictionFigures = z.infer<typeof predictionFiguresSchema>;

/** 0..1; null where nothing was guessed. */
export function acceptanceRate({ guessed, accepted }: TaskFigures): number | null {
  return guessed === 0 ? null : accepted / guessed;
}
