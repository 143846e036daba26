import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { MachineMemory, MemoryPools } from '#shared/fit/memory-pools.ts';
import type { OpenBackend } from '../loading/backend.ts';
import type { MemoryNeed } from './memory-simulation.ts';

/** Left free for everybody else: this share, and never more than this many bytes. */
const spareShare = 0.05;
const spareBytes = 512 * 1024 * 1024;

/** What is left of free memory once everybody else has a little room. Bytes. */
function usableBytes(freeBytes: number): number {
  return freeBytes - Math.min(freeBytes * spareShare, spareBytes);
}

/** Memory that is not free now and will be by the time that something else is loaded. */
export const nothingReleased: MemoryNeed = { ram: 0, vram: 0 };

export async function machineMemory(
  { llama, name, devices, processBytes }: OpenBackend,
  released: MemoryNeed,
): Promise<MachineMemory> {
  const vram = name === 'cpu' ? null : await llama.getVramState();
  return {
    ramTotal: totalmem(),
    ramFree: process.availableMemory(),
    swapFree: await freeSwap(),
    vramTotal: vram?.total ?? null,
    vramFree: vram?.free ?? null,
    unified: vram !== null && vram.unifiedSize > 0,
    devices: [...devices],
    engine: processBytes,
    released: released.ram + released.vram,
  };
}

/**
 * What a load may fill of what is free. Swap is left out: weights and cache are read for every token,
 * and from a disk that takes seconds.
 */
export function usablePools(memory: MachineMemory, released: MemoryNeed): MemoryPools {
  const { ramFree, vramFree, unified } = memory;
  if (vramFree === null) return { ramBytes: usableBytes(ramFree + released.ram), vramBytes: null };
  // A unified pool must not be counted twice.
  if (unified) {
    return { ramBytes: usableBytes(vramFree + released.ram + released.vram), vramBytes: null };
  }
  return {
    ramBytes: usableBytes(ramFree + released.ram),
    vramBytes: usableBytes(vramFree + released.vram),
  };
}

/** Null where the system has no such file. */
async function freeSwap(): Promise<number | null> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^SwapFree:\s*(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
