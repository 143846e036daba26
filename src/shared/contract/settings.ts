import { z } from 'zod';
import { overflowPolicySchema } from '../chat/overflow.ts';
import { samplingSchema } from '../chat/sampling.ts';
import { loadOptionsSchema } from '../model/load.ts';

/** Tokens a second that generation is held back to; null: not at all. */
export const slowMotionSchema = z.int().min(1).max(60).nullable();

/** The user's choices, kept in one JSON file. Unknown or damaged entries fall back to defaults. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** The model to load at launch; null is the built-in one. */
  lastModelPath: z.string().nullable().default(null),
  /** Options of the last successful load, per model path. */
  loadOptionsByModel: z.record(z.string(), loadOptionsSchema).default({}),
  /** For new conversations. */
  systemPrompt: z.string().default(''),
  sampling: samplingSchema.prefault({}),
  overflow: overflowPolicySchema.default('stop'),
  monitorOpen: z.boolean().default(true),
  /** CSS pixels. */
  monitorWidth: z.number().min(240).max(900).default(360),
  sidebarOpen: z.boolean().default(true),
  slowMotion: slowMotionSchema.default(null),
  /** What the snapshots of all chats may take on the disk, in bytes; 0: none are kept. */
  snapshotBudget: z
    .int()
    .min(0)
    .default(4 * 1024 ** 3),
});
export type Settings = z.infer<typeof settingsSchema>;
