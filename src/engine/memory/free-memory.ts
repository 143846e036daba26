import type { OpenBackend } from '../loading/backend.ts';

/** Left free for everybody else: this share, and never more than this many bytes. */
const spareShare = 0.05;
const spareBytes = 512 * 1024 * 1024;

/** What is left of free memory once everybody else has a little room. Bytes. */
export function usableBytes(freeBytes: number): number {
  return freeBytes - Math.min(freeBytes * spareShare, spareBytes);
}

export interface FreeMemory {
  /** Of the device that the plan is for. */
  readonly forPlan: number;
  /** All memory that a load may be spread over. */
  readonly total: number;
}

export async function freeMemory(backend: OpenBackend): Promise<FreeMemory> {
  const ram = process.availableMemory();
  if (backend.name === 'cpu') return { forPlan: ram, total: ram };
  const vram = await backend.llama.getVramState();
  // A unified pool must not be counted twice.
  return { forPlan: vram.free, total: vram.unifiedSize > 0 ? vram.free : vram.free + ram };
}
