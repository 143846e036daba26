import { GgmlType, GgufInsights, readGgufFileInfo } from 'node-llama-cpp';
import { type CacheType, isQuantized } from '#shared/kv-cache/cache-type.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import type { OpenBackend } from '../loading/backend.ts';
import type { LogLine } from '../loading/llama-log.ts';
import { readContextFailure, readModelFailure } from '../loading/load-failure.ts';

/** Bytes on the two kinds of memory there are. */
export interface MemoryNeed {
  readonly ram: number;
  readonly vram: number;
}

const ggmlTypes: Readonly<Record<CacheType, GgmlType>> = {
  f32: GgmlType.F32,
  f16: GgmlType.F16,
  bf16: GgmlType.BF16,
  q8_0: GgmlType.Q8_0,
  q5_1: GgmlType.Q5_1,
  q5_0: GgmlType.Q5_0,
  q4_1: GgmlType.Q4_1,
  q4_0: GgmlType.Q4_0,
  iq4_nl: GgmlType.IQ4_NL,
};

export function ggmlType(type: CacheType): GgmlType {
  return ggmlTypes[type];
}

/**
 * Flash attention in the library's terms. A quantized V needs it: llama.cpp's own "auto" then turns it
 * on, but the library's turns it off for some models (Gemma 2, K and V of different lengths).
 */
export function flashAttentionOption({
  flashAttention,
  typeV,
}: Pick<LoadOptions, 'flashAttention' | 'typeV'>): boolean | 'auto' {
  if (flashAttention === 'auto') return isQuantized(typeV) ? true : 'auto';
  return flashAttention === 'on';
}

/** llama.cpp building one model without allocating it, for as many contexts as are asked about. */
export interface ModelSimulation {
  /** `auto` resolved for the context length that the simulation was opened for. */
  readonly gpuLayers: number;
  /** Null where the simulation is not to be had. */
  readonly weights: MemoryNeed | null;
  /**
   * Cache, compute and output buffers together; null where the simulation is not to be had.
   *
   * @param contextLength tokens of one sequence
   * @throws AppError the reason for which the context could not be created
   */
  context(
    options: LoadOptions,
    contextLength: number,
    sequences: number,
  ): Promise<MemoryNeed | null>;
}

/**
 * Lets llama.cpp itself build the model and its contexts without allocating them: exact figures, and
 * every reason for which it would refuse the file, before anything that is loaded has to go.
 *
 * @param path a file that passed our own header check
 * @throws AppError the reason for which the model could not be loaded
 */
export async function simulateModel(
  backend: OpenBackend,
  path: string,
  options: LoadOptions,
  contextLength: number,
): Promise<ModelSimulation> {
  const { llama, log } = backend;
  const insights = await GgufInsights.from(
    await readGgufFileInfo(path, { sourceType: 'filesystem' }),
    llama,
  );
  const mark = log.mark();
  const gpuLayers = await resolveGpuLayers(insights, backend, options, contextLength);
  const weights = await insights.estimateModelResourceRequirementsV2({ gpuLayers });
  const lines = await log.since(mark);
  const failure = readModelFailure(lines);
  if (failure !== null) throw failure;
  return {
    gpuLayers,
    weights: isGuess(lines) ? null : { ram: weights.cpuRam, vram: weights.gpuVram },
    async context(options, contextLength, sequences) {
      const mark = log.mark();
      const context = await insights.estimateContextResourceRequirementsV2({
        contextSize: contextLength,
        modelGpuLayers: gpuLayers,
        batchSize: contextBatchSize(options, insights),
        sequences,
        flashAttention: flashAttentionOption(options),
        kvCacheKeyType: ggmlType(options.typeK),
        kvCacheValueType: ggmlType(options.typeV),
        swaFullCache: options.swaFull,
      });
      const lines = await log.since(mark);
      const failure = readContextFailure(lines);
      if (failure !== null) throw failure;
      return isGuess(lines) ? null : { ram: context.cpuRam, vram: context.gpuVram };
    },
  };
}

/** When the simulation fails, the library says so in the log only, and answers with a rough guess. */
function isGuess(lines: readonly LogLine[]): boolean {
  return lines.some(line => line.text.includes('Falling back to estimation heuristic'));
}

/**
 * For sliding-window models the library adds one to the batch unless all of their layers keep everything;
 * taking it off again keeps the batch, and with it the cells of the sliding layers, what was asked for.
 */
export function contextBatchSize(
  { batchSize, swaFull }: LoadOptions,
  insights: GgufInsights,
): number {
  return insights.swaSize === undefined || swaFull ? batchSize : batchSize - 1;
}

async function resolveGpuLayers(
  insights: GgufInsights,
  backend: OpenBackend,
  options: LoadOptions,
  contextLength: number,
): Promise<number> {
  if (backend.name === 'cpu') return 0;
  if (options.gpuLayers !== 'auto') return Math.min(options.gpuLayers, insights.totalLayers);
  const { gpuLayers } = await insights.configurationResolver.resolveModelGpuLayersV2(
    // As many cells in one sequence: the library asks for no number of them here.
    { fitContext: { contextSize: contextLength * options.sequences } },
    {
      defaultContextFlashAttention: flashAttentionOption(options),
      defaultContextKvCacheKeyType: ggmlType(options.typeK),
      defaultContextKvCacheValueType: ggmlType(options.typeV),
      defaultContextSwaFullCache: options.swaFull,
      ignoreMemorySafetyChecks: true,
    },
  );
  return gpuLayers;
}
