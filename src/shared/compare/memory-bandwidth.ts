import { z } from 'zod';
import { sampleStatisticsSchema } from './sample-statistics.ts';

/** How fast this machine reads its RAM with so many threads at once, in several goes. */
export const memoryBandwidthSchema = z.object({
  bytesPerSecond: sampleStatisticsSchema,
  threads: z.int().positive(),
});
export type MemoryBandwidth = z.infer<typeof memoryBandwidthSchema>;
