import { formatDecimalBytes, formatPercent, formatTokens } from '../metrics/format.ts';
import { namedSpeeds, type SpeedComparison } from './named-speed.ts';
import { bytesPerSecond, isFromCache, memoryLimit } from './roofline.ts';

/** How near each configuration comes to what the memory allows, where that was measured. */
export function memoryFindings(result: SpeedComparison): string[] {
  const bandwidth = result.facts.memoryBandwidth;
  if (bandwidth === null) return [];
  const inCache: string[] = [];
  const findings: string[] = [];
  for (const { name, depths } of namedSpeeds(result)) {
    const limits = depths.flatMap(figures => {
      const limit = memoryLimit(figures, bandwidth);
      return limit === null ? [] : { ...limit, depthTokens: figures.depthTokens };
    });
    if (limits.length === 0) continue;
    if (limits.some(isFromCache)) {
      inCache.push(name);
      continue;
    }
    const shares = limits.map(
      ({ share, depthTokens }) => `${formatPercent(share)} at depth ${formatTokens(depthTokens)}`,
    );
    findings.push(
      `With ${name} the decode reaches ${shares.join(', ')} of what reading memory at ${formatDecimalBytes(bytesPerSecond(bandwidth))}/s allows.`,
    );
  }
  if (inCache.length === 0) return findings;
  return [
    ...findings,
    `With ${inCache.join(' and ')} the decode is faster than memory can be read: what a token needs fits into the processor's caches, and the limit of the memory does not apply.`,
  ];
}
