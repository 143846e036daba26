import type { CacheType } from '../kv-cache/cache-type.ts';
import type { ResolvedBackend } from '../model/load.ts';
import type { ComparisonFacts } from './comparison.ts';
import type { Configuration } from './configuration.ts';
import { type NamedSpeed, namedSpeeds, type SpeedComparison } from './named-speed.ts';
import { bytesPerSecond, memoryLimit } from './roofline.ts';
import type { SampleStatistics } from './sample-statistics.ts';
import type { SpeedFigures, TimedSeries } from './speed.ts';

/**
 * One test of one configuration under the names that llama-bench gives such figures, as far as they can be
 * given truthfully, and what it has no name for behind them. Bytes, nanoseconds, tokens per second.
 */
export interface BenchRow {
  readonly cpu_info: string;
  readonly gpu_info: string;
  readonly backends: string;
  readonly model_filename: string;
  readonly model_type: string;
  readonly model_size: number;
  readonly model_n_params: number;
  readonly n_batch: number;
  readonly n_ubatch: number;
  readonly n_threads: number;
  /** `none` where nothing is kept from one token to the next. */
  readonly type_k: CacheType | 'none';
  readonly type_v: CacheType | 'none';
  readonly n_gpu_layers: number;
  /** As resolved; null where llama.cpp did not say. */
  readonly flash_attn: boolean | null;
  readonly n_prompt: number;
  readonly n_gen: number;
  readonly n_depth: number;
  readonly test_time: string;
  readonly avg_ns: number;
  /** Of the samples; null of a single one. */
  readonly stddev_ns: number | null;
  readonly avg_ts: number;
  readonly stddev_ts: number | null;
  readonly samples_ns: readonly number[];
  readonly samples_ts: readonly number[];
  readonly median_ts: number;
  /** To the first token behind the prompt; null where none was read. */
  readonly avg_ttft_ms: number | null;
  readonly stddev_ttft_ms: number | null;
  /** Between two generated tokens; null where none were. */
  readonly p50_gap_ms: number | null;
  readonly p95_gap_ms: number | null;
  readonly p99_gap_ms: number | null;
  readonly max_gap_ms: number | null;
  readonly kv_reserved_bytes: number | null;
  readonly kv_used_bytes: number | null;
  /** What the memory must move for a generated token. */
  readonly token_bytes: number | null;
  /** Of the machine, read with the threads that compute. */
  readonly memory_bytes_per_second: number | null;
  /** What it allows, and the part of it that was reached; above 1 where a cache of the processor helped. */
  readonly memory_limit_ts: number | null;
  readonly memory_limit_share: number | null;
  readonly n_ctx: number;
  readonly flash_attn_requested: string;
  readonly llama_cpp_release: string;
  readonly node_llama_cpp_release: string;
  readonly headroom_version: string;
}

const backendNames: Readonly<Record<ResolvedBackend, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
};

/** What computed. */
export function deviceCells({
  backend,
  devices,
}: Pick<ComparisonFacts, 'backend' | 'devices'>): Pick<BenchRow, 'gpu_info' | 'backends'> {
  return {
    gpu_info: backend === 'cpu' ? '' : devices.join(', '),
    backends: backendNames[backend],
  };
}

/** A row for every test, prompts before generation at each depth. */
export function benchRows(result: SpeedComparison): BenchRow[] {
  return namedSpeeds(result).flatMap(configuration =>
    configuration.depths.flatMap(figures => [
      ...rowsOf(configuration, figures, figures.prefill, 'prompt', result.facts),
      ...rowsOf(configuration, figures, figures.decode, 'generation', result.facts),
    ]),
  );
}

/** The same of one configuration alone. */
export function configurationRows(
  { configurations, speed, facts }: SpeedComparison,
  index: number,
): BenchRow[] {
  if (speed === null) return [];
  const one = <T>(all: readonly T[]) => all.slice(index, index + 1);
  return benchRows({
    configurations: one(configurations),
    speed: { ...speed, configurations: one(speed.configurations) },
    facts,
  });
}

export function typeCells({
  typeK,
  typeV,
  keepsCache,
}: Pick<Configuration, 'typeK' | 'typeV' | 'keepsCache'>): Pick<BenchRow, 'type_k' | 'type_v'> {
  return keepsCache ? { type_k: typeK, type_v: typeV } : { type_k: 'none', type_v: 'none' };
}

function rowsOf(
  { report, keepsCache, modelType, batchSize, startedAt }: NamedSpeed,
  figures: SpeedFigures,
  series: TimedSeries | null,
  test: 'prompt' | 'generation',
  { cpu, appVersion, memoryBandwidth }: ComparisonFacts,
): BenchRow[] {
  if (series === null) return [];
  const { depthTokens, ttftMs, gapMs, usedBytes, tokenBytes } = figures;
  const { model } = report.planned;
  const ns = inNanoseconds(series.ms);
  const isPrompt = test === 'prompt';
  const ttft = isPrompt ? ttftMs : null;
  const gap = isPrompt ? null : gapMs;
  const limit = isPrompt ? null : memoryLimit(figures, memoryBandwidth);
  return [
    {
      cpu_info: cpu,
      ...deviceCells(report),
      model_filename: model.path,
      model_type: modelType,
      model_size: model.weightsBytes,
      model_n_params: model.parameterCount,
      n_batch: batchSize,
      n_ubatch: batchSize,
      n_threads: report.threads,
      ...typeCells({ ...report.options, keepsCache }),
      n_gpu_layers: report.gpuLayers,
      flash_attn: report.actual.flashAttention,
      n_prompt: isPrompt ? series.tokens : 0,
      n_gen: isPrompt ? 0 : series.tokens,
      n_depth: depthTokens,
      test_time: new Date(startedAt).toISOString(),
      avg_ns: ns.mean,
      stddev_ns: ns.standardDeviation,
      avg_ts: series.tokensPerSecond.mean,
      stddev_ts: series.tokensPerSecond.standardDeviation,
      samples_ns: ns.samples,
      samples_ts: series.tokensPerSecond.samples,
      median_ts: series.tokensPerSecond.median,
      avg_ttft_ms: ttft?.mean ?? null,
      stddev_ttft_ms: ttft?.standardDeviation ?? null,
      p50_gap_ms: gap?.p50 ?? null,
      p95_gap_ms: gap?.p95 ?? null,
      p99_gap_ms: gap?.p99 ?? null,
      max_gap_ms: gap?.max ?? null,
      kv_reserved_bytes: keepsCache ? report.actual.kvBytes : null,
      kv_used_bytes: usedBytes,
      token_bytes: isPrompt ? null : tokenBytes,
      memory_bytes_per_second: memoryBandwidth === null ? null : bytesPerSecond(memoryBandwidth),
      memory_limit_ts: limit?.tokensPerSecond ?? null,
      memory_limit_share: limit?.share ?? null,
      n_ctx: report.contextLength,
      flash_attn_requested: report.options.flashAttention,
      llama_cpp_release: report.llamaCppRelease,
      node_llama_cpp_release: report.bindingsRelease,
      headroom_version: appVersion,
    },
  ];
}

/** Whole ones, as llama-bench counts them. */
function inNanoseconds({ mean, standardDeviation, samples }: SampleStatistics) {
  const round = (ms: number) => Math.round(ms * 1e6);
  return {
    mean: round(mean),
    standardDeviation: standardDeviation === null ? null : round(standardDeviation),
    samples: samples.map(round),
  };
}
