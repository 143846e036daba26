import { type CsvCell, csvText } from '../metrics/csv.ts';
import type { ComparisonFacts, ComparisonResult } from './comparison.ts';
import { type Configuration, configurationNames } from './configuration.ts';
import type { ConfigurationFidelity, FidelityResult } from './fidelity.ts';
import { repeatedBaseline } from './fidelity-text.ts';
import { firstDivergence } from './first-divergence.ts';
import { csvCell } from './llama-bench-formats.ts';
import { configurationRows, deviceCells, typeCells } from './llama-bench-rows.ts';
import type { ParallelResult } from './parallel.ts';
import { type ComparisonPart, comparisonParts } from './progress.ts';

/** Cells by the names of their columns. */
type Line = Readonly<Record<string, CsvCell | boolean>>;

/**
 * One table: a line for each thing that was measured of a configuration, or that failed. `part` says what
 * it is, to filter by; every column has one unit, and is empty where it has no meaning. What was measured
 * once stands there once, so that no sum or mean counts it twice. Speed has llama-bench's names, without
 * single samples, as there; a column that no line of the run has is left out.
 */
export function comparisonCsv(result: ComparisonResult): string {
  const lines = comparisonParts.flatMap(part => linesOf(result, part));
  const columns = new Set(['configuration', 'part', ...lines.flatMap(Object.keys), 'error']);
  // What failed has no figures: its column is the last one, wherever it first came.
  columns.delete('error');
  const names = [...columns, 'error'];
  return csvText([names, ...lines.map(line => names.map(name => csvCell(line[name] ?? null)))]);
}

function linesOf(result: ComparisonResult, part: ComparisonPart): Line[] {
  const { facts, configurations, partErrors } = result;
  const names = configurationNames(configurations);
  const error = partErrors[part];
  return [
    ...(result[part]?.configurations ?? []).flatMap((outcome, index) => {
      if (outcome === null) return [];
      const head = { configuration: names[index] ?? '', part };
      const common = { ...head, ...setup(facts, configurations[index]) };
      if (outcome.outcome === 'failed') return [{ ...common, error: outcome.error.message }];
      return part === 'speed'
        ? speedLines(result, index).map(line => ({ ...head, ...line }))
        : figuresOf(result, part, index).map(line => ({ ...common, ...line }));
    }),
    ...(part === 'fidelity' && result.fidelity !== null
      ? baselineLines(result.fidelity).map(line => ({ part, ...setup(facts), ...line }))
      : []),
    ...(error === undefined ? [] : [{ part, ...setup(facts), error: error.message }]),
  ];
}

/** What every line of a run says, under llama-bench's names and in its order. */
function setup(facts: ComparisonFacts, configuration?: Configuration): Line {
  const { model } = facts;
  return {
    cpu_info: facts.cpu,
    ...deviceCells(facts),
    model_filename: model.path,
    model_size: model.weightsBytes,
    model_n_params: model.parameterCount,
    n_gpu_layers: facts.gpuLayers,
    ...(configuration === undefined ? {} : typeCells(configuration)),
    test_time: new Date(facts.startedAt).toISOString(),
    llama_cpp_release: facts.llamaCppRelease,
    node_llama_cpp_release: facts.bindingsRelease,
    headroom_version: facts.appVersion,
  };
}

function figuresOf(
  result: ComparisonResult,
  part: Exclude<ComparisonPart, 'speed'>,
  index: number,
): Line[] {
  switch (part) {
    case 'fidelity':
      return fidelityLines(result.fidelity?.configurations[index] ?? null);
    case 'outputs':
      return outputLines(result, index);
    case 'parallel':
      return result.parallel === null ? [] : parallelLines(result.parallel, index);
  }
}

/** They say of themselves what {@link setup} says of the others. */
function speedLines(result: ComparisonResult, index: number): Line[] {
  return configurationRows(result, index).map(({ samples_ns: _ns, samples_ts: _ts, ...cells }) => ({
    ...cells,
  }));
}

function fidelityLines(figures: ConfigurationFidelity | null): Line[] {
  if (figures?.outcome !== 'measured') return [];
  const { klDivergence, perplexity, top1Agreement, top1Changes, reading } = figures;
  return [
    {
      ...readerCells(figures),
      n_places: reading.losses.length,
      perplexity,
      kl_mean_nats: klDivergence.mean,
      kl_p95_nats: klDivergence.p95,
      kl_p99_nats: klDivergence.p99,
      kl_max_nats: klDivergence.max,
      top1_agreement: top1Agreement,
      top1_changes: top1Changes,
    },
  ];
}

/** The f16 cache that all are held against, and the same once more. */
function baselineLines({ baseline, noise }: FidelityResult): Line[] {
  const types = { type_k: 'f16', type_v: 'f16' };
  const again =
    noise.outcome === 'failed' ? [{ error: noise.error.message }] : fidelityLines(noise);
  return [
    {
      configuration: 'f16 (baseline)',
      ...types,
      ...readerCells(baseline),
      n_places: baseline.reading.losses.length,
      perplexity: baseline.perplexity,
    },
    ...again.map(line => ({ configuration: repeatedBaseline, ...types, ...line })),
  ];
}

type Reader = Pick<
  FidelityResult['baseline'],
  'threads' | 'contextLength' | 'batchSize' | 'kvBytes' | 'flashAttention'
>;

function readerCells(reader: Reader): Line {
  return {
    n_batch: reader.batchSize,
    n_threads: reader.threads,
    n_ctx: reader.contextLength,
    flash_attn: reader.flashAttention,
    kv_reserved_bytes: reader.kvBytes,
  };
}

/** `first_divergence`: where it leaves the answer of the first configuration; empty where it does not. */
function outputLines({ outputs }: ComparisonResult, index: number): Line[] {
  const output = outputs?.configurations[index];
  const reference = outputs?.configurations[0];
  if (output?.outcome !== 'measured') return [];
  return [
    {
      n_gen: output.tokens.length,
      answer_ended: output.ended,
      first_divergence:
        reference?.outcome === 'measured' ? firstDivergence(reference.tokens, output.tokens) : null,
    },
  ];
}

/** A line for each number of sequences; `avg_ts` is that of all of them together. */
function parallelLines({ test, configurations }: ParallelResult, index: number): Line[] {
  const each = configurations[index];
  if (each?.outcome !== 'measured') return [];
  return each.counts.map(count => ({
    n_sequences: count.sequences,
    ...(count.outcome === 'failed'
      ? { error: count.error.message }
      : {
          n_depth: test.promptTokens,
          n_gen: test.generatedTokens,
          n_ctx: count.contextLength,
          avg_ts: count.tokensPerSecond.mean,
          stddev_ts: count.tokensPerSecond.standardDeviation,
          median_ts: count.tokensPerSecond.median,
          kv_reserved_bytes: count.kvBytes,
        }),
  }));
}
