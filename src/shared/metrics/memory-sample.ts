import { z } from 'zod';

const bytes = z.number().nonnegative();

/** What the engine says of its memory. Bytes; null where there is nothing, or nobody says how much. */
export const engineMemorySchema = z.object({
  /** Of the whole process, mapped weights included as far as they have been read. */
  residentBytes: bytes,
  weightsBytes: bytes.nullable(),
  cacheReservedBytes: bytes.nullable(),
  cacheUsedBytes: bytes.nullable(),
  computeBytes: bytes.nullable(),
  /** Of all devices together, taken by whichever program; null unless the model runs on a GPU. */
  vramUsedBytes: bytes.nullable(),
  vramTotalBytes: bytes.nullable(),
});
export type EngineMemory = z.infer<typeof engineMemorySchema>;

/** What Headroom takes of the machine's memory at one moment. */
export const memorySampleSchema = z.object({
  hostResidentBytes: bytes,
  /** Null while there is no engine. */
  engine: engineMemorySchema.nullable(),
});
export type MemorySample = z.infer<typeof memorySampleSchema>;
