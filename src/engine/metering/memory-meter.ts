import type { EngineMemory } from '#shared/metrics/memory-sample.ts';
import type { LoadedModel } from '../loading/loaded-model.ts';

/** What this process and the model in it take at this moment; nothing is computed for it. */
export async function measureMemory(loaded: LoadedModel | null): Promise<EngineMemory> {
  const fill = loaded?.fill();
  const actual = loaded?.report.actual;
  const vram = loaded === null ? null : await vramOf(loaded);
  return {
    residentBytes: process.memoryUsage.rss(),
    weightsBytes: actual?.weightsBytes ?? null,
    cacheReservedBytes: fill?.capacityBytes ?? null,
    cacheUsedBytes: fill?.usedBytes ?? null,
    computeBytes: actual?.computeBytes ?? null,
    vramUsedBytes: vram?.used ?? null,
    vramTotalBytes: vram?.total ?? null,
  };
}

async function vramOf({ report, model }: LoadedModel) {
  return report.backend === 'cpu' ? null : await model.llama.getVramState();
}
