import type { LoadReport } from '../model/load.ts';
import type { MemoryBandwidth } from './memory-bandwidth.ts';
import type { SpeedFigures } from './speed.ts';

/** What the memory allows: the speed if nothing took time but moving what a token needs. */
export interface MemoryLimit {
  readonly tokensPerSecond: number;
  /** Of it, what the decode reached, by its median; above 1 where the bytes come from a cache of the processor. */
  readonly share: number;
}

/**
 * Above this share the bytes cannot have come from memory; up to it the two measurements may differ by
 * what else the machine did meanwhile.
 */
const mostShare = 1.1;

/**
 * What the memory moves for every token, whatever the depth: the weights that are read for one, and the
 * state of recurrent layers, read and written. Null where that is not known.
 */
export function fixedTokenBytes({
  planned: { model, recurrentBytes },
}: Pick<LoadReport, 'planned'>): number | null {
  const { activeWeightsBytes } = model;
  if (activeWeightsBytes === null || recurrentBytes === null) return null;
  return activeWeightsBytes + 2 * recurrentBytes;
}

/** Null where a part of it was not measured. */
export function memoryLimit(
  { decode, tokenBytes }: Pick<SpeedFigures, 'decode' | 'tokenBytes'>,
  bandwidth: MemoryBandwidth | null,
): MemoryLimit | null {
  if (decode === null || tokenBytes === null || bandwidth === null) return null;
  const tokensPerSecond = bytesPerSecond(bandwidth) / tokenBytes;
  return { tokensPerSecond, share: decode.tokensPerSecond.median / tokensPerSecond };
}

/** The fastest of all goes: whatever else runs on the machine only ever takes from it. */
export function bytesPerSecond({ bytesPerSecond: { samples } }: MemoryBandwidth): number {
  return Math.max(...samples);
}

/** Whether the limit does not apply, because what a token needs is in a cache of the processor. */
export function isFromCache({ share }: MemoryLimit): boolean {
  return share > mostShare;
}
