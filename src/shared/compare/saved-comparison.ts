import { z } from 'zod';
import { comparisonPartSchema } from './progress.ts';

export const comparisonIdSchema = z.uuid();

const nameSchema = z.string().trim().min(1).max(200);
const noteSchema = z.string().max(20_000);

/** A run that was kept, without its figures. */
export const savedComparisonSchema = z.object({
  id: comparisonIdSchema,
  name: nameSchema,
  note: noteSchema,
  modelName: z.string(),
  /** In their order. */
  configurations: z.array(z.string()),
  /** What was measured. */
  parts: z.array(comparisonPartSchema),
  /** When the run began. Milliseconds since 1970. */
  startedAt: z.int(),
});
export type SavedComparison = z.infer<typeof savedComparisonSchema>;

export const comparisonChangesSchema = z.object({
  id: comparisonIdSchema,
  name: nameSchema.optional(),
  note: noteSchema.optional(),
});
export type ComparisonChanges = z.output<typeof comparisonChangesSchema>;
