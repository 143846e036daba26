import { z } from 'zod';

/** Memory that a load may fill. Bytes. */
export const memoryPoolsSchema = z.object({
  ramBytes: z.number().nonnegative(),
  /** Null where there is no GPU, or where it uses the same memory as the processor. */
  vramBytes: z.number().nonnegative().nullable(),
});
export type MemoryPools = z.infer<typeof memoryPoolsSchema>;

/**
 * How far a load is over the fuller pool, in bytes; negative: room that is left there. A load fits when
 * this is not above 0.
 */
export function excessBytes(
  { total, vram }: { readonly total: number; readonly vram: number },
  { ramBytes, vramBytes }: MemoryPools,
): number {
  if (vramBytes === null) return total - ramBytes;
  return Math.max(vram - vramBytes, total - vram - ramBytes);
}

/** All that a load may fill, on whatever device. Bytes. */
export function allBytes({ ramBytes, vramBytes }: MemoryPools): number {
  return ramBytes + (vramBytes ?? 0);
}

/** The pool that a user asks about: the GPU's where it has one, else the processor's. Bytes. */
export function budgetOf({ ramBytes, vramBytes }: MemoryPools): number {
  return vramBytes ?? ramBytes;
}

/** What the machine has. Bytes; null where the system does not say. */
export const machineMemorySchema = z.object({
  ramTotal: z.number().nonnegative(),
  /** Free, or used only as long as nobody else needs it. */
  ramFree: z.number().nonnegative(),
  swapFree: z.number().nonnegative().nullable(),
  /** Of all GPUs together. */
  vramTotal: z.number().nonnegative().nullable(),
  vramFree: z.number().nonnegative().nullable(),
  /** Processor and GPU share the RAM. */
  unified: z.boolean(),
  devices: z.array(z.string()),
  /** What the engine's process took when its backend was open and no model loaded. */
  engine: z.number().nonnegative(),
  /** What becomes free when the model that is loaded now is replaced. */
  released: z.number().nonnegative(),
});
export type MachineMemory = z.infer<typeof machineMemorySchema>;
