import { useState } from 'react';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import type { MeasuredFidelity } from '#shared/compare/fidelity.ts';
import {
  formatAgreement,
  formatDivergence,
  formatPerplexity,
} from '#shared/compare/fidelity-text.ts';
import type { SampleStatistics } from '#shared/compare/sample-statistics.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatBytes, formatDuration, formatTokens } from '#shared/metrics/format.ts';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { LegendMark } from '../ui/legend-mark.tsx';
import sectionStyles from '../ui/section.module.css';
import { Segmented } from '../ui/segmented.tsx';
import { rateDigits } from './rate-digits.ts';
import styles from './result-view.module.css';
import { seriesColour } from './series-colour.ts';

export interface SummaryTableProps {
  readonly result: ComparisonResult;
  readonly names: readonly string[];
}

/** A row for each configuration, everything that was measured of it in one line. */
export function SummaryTable({ result, names }: SummaryTableProps) {
  const depths = result.speed?.series.depths ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  // Another run may not have the depth that was chosen in this one.
  const isThere = chosen !== null && depths.includes(chosen);
  const depth = isThere ? chosen : (depths.at(-1) ?? 0);
  const at = depths.indexOf(depth);
  const columns = [
    ...(result.speed === null ? [] : speedColumns),
    ...(result.fidelity === null ? [] : fidelityColumns),
  ];
  if (columns.length === 0) return null;
  return (
    <section className={sectionStyles.section} aria-labelledby="compare-summary">
      <div className={styles.sectionHead}>
        <h3 id="compare-summary" className={sectionStyles.title}>
          Figures
        </h3>
        {depths.length > 1 && (
          <Segmented
            label="Tokens in the cache before anything is timed"
            value={String(depth)}
            onValueChange={next => setChosen(Number(next))}
            options={depths.map(each => ({
              value: String(each),
              label: formatTokens(each),
              fullLabel: `Behind ${formatTokens(each)} tokens`,
            }))}
          />
        )}
      </div>
      <DataTable
        caption="Every configuration with its figures"
        rowHead="Configuration"
        columns={columns}
        rows={names.map((name, index) => ({
          key: name,
          head: (
            <span className={styles.rowName}>
              <LegendMark kind="block" colour={seriesColour(index)} />
              {name}
            </span>
          ),
          cells: { ...speedCells(result, index, at), ...fidelityCells(result, index) },
        }))}
      />
      {result.speed !== null && (
        <p className={sectionStyles.note}>
          {samplesText(result.speed.series.repetitions)} Warm-up left out.
          {depths.length > 1 && ` Behind ${formatTokens(depth)} tokens.`}
        </p>
      )}
    </section>
  );
}

const speedColumns: readonly DataColumn[] = [
  { key: 'ttft', head: 'TTFT', title: metricDefinitions.ttft.description },
  { key: 'prefill', head: 'Prefill', unit: 'tokens/s' },
  { key: 'decode', head: 'Decode', unit: 'tokens/s' },
  { key: 'reserved', head: 'Reserved', title: 'Of the cache, as llama.cpp reported it' },
  { key: 'used', head: 'Used', title: 'Of the cache, at the end of the deepest measurement' },
];

const fidelityColumns: readonly DataColumn[] = [
  { key: 'kl', head: 'KL mean', unit: 'nats' },
  { key: 'p99', head: 'KL p99', unit: 'nats' },
  { key: 'top1', head: 'Same first', title: 'Places where the likeliest token is that of f16' },
  { key: 'perplexity', head: 'Perplexity' },
];

type Cells = Record<string, string | null>;

function speedCells({ speed, configurations }: ComparisonResult, index: number, at: number): Cells {
  const each = speed?.configurations[index];
  if (each?.outcome !== 'measured') return {};
  const figures = each.depths[at];
  // What keeps nothing has no cache, whatever its context has reserved.
  const keeps = configurations[index]?.keepsCache ?? true;
  const bytes = (value: number | null | undefined) =>
    value == null || !keeps ? null : formatBytes(value);
  return {
    ttft: figures?.ttftMs == null ? null : formatDuration(figures.ttftMs.mean),
    prefill: meanText(figures?.prefill?.tokensPerSecond),
    decode: meanText(figures?.decode?.tokensPerSecond),
    reserved: bytes(each.report.actual.kvBytes),
    used: bytes(figures?.usedBytes),
  };
}

function samplesText(repetitions: number): string {
  return repetitions === 1
    ? 'A single sample.'
    : `Means of ${repetitions} samples, ± their standard deviation, in turns.`;
}

function meanText(rate: SampleStatistics | undefined): string | null {
  if (rate === undefined) return null;
  const { mean, standardDeviation } = rate;
  const digits = rateDigits(mean);
  const spread = standardDeviation === null ? '' : ` ± ${standardDeviation.toFixed(digits)}`;
  return `${mean.toFixed(digits)}${spread}`;
}

function fidelityCells({ fidelity, configurations }: ComparisonResult, index: number): Cells {
  const each = fidelity?.configurations[index];
  if (fidelity === null || each === undefined || each?.outcome === 'failed') return {};
  if (each === null) {
    // Without a cache nothing is rounded, and nothing was read.
    if (!(configurations[index]?.keepsCache ?? true)) return {};
    const noise = fidelity.noise.outcome === 'measured' ? divergenceCells(fidelity.noise) : {};
    return { ...noise, perplexity: formatPerplexity(fidelity.baseline.perplexity) };
  }
  return divergenceCells(each);
}

function divergenceCells({ klDivergence, top1Agreement, perplexity }: MeasuredFidelity): Cells {
  return {
    kl: formatDivergence(klDivergence.mean),
    p99: formatDivergence(klDivergence.p99),
    top1: formatAgreement(top1Agreement),
    perplexity: formatPerplexity(perplexity),
  };
}
