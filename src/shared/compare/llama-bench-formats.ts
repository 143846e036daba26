import { type CsvCell, csvText } from '../metrics/csv.ts';
import { speedFit } from './depth-fit.ts';
import { failureSentences } from './failure-text.ts';
import { type BenchRow, typeCells } from './llama-bench-rows.ts';
import { namedSpeeds, type SpeedComparison } from './named-speed.ts';
import { type ParallelComparison, parallelFindings } from './parallel-text.ts';
import { speedFindings } from './speed-text.ts';

/** Everything there is, samples included. */
export function benchJson(
  rows: readonly BenchRow[],
  result: SpeedComparison & ParallelComparison,
): string {
  const failures = result.configurations.flatMap((configuration, index) => {
    const each = result.speed?.configurations[index];
    if (each?.outcome !== 'failed') return [];
    return [{ ...typeCells(configuration), error: each.error }];
  });
  const parallel =
    result.parallel === null ? null : { ...result.parallel, findings: parallelFindings(result) };
  return JSON.stringify({
    rows,
    failures,
    fits: fits(result),
    findings: speedFindings(result),
    parallel,
  });
}

/** How the time of a token grows with the depth, where that was measured at enough of them. Milliseconds. */
function fits(result: SpeedComparison) {
  return namedSpeeds(result).flatMap(({ name, depths }) => {
    const fit = speedFit(depths);
    if (fit === null) return [];
    const { interceptMs, msPerToken, rSquared, isSloped } = fit;
    return [
      {
        configuration: name,
        intercept_ms: interceptMs,
        ms_per_token: msPerToken,
        r_squared: rSquared,
        is_sloped: isSloped,
      },
    ];
  });
}

/** A line per test; its single samples are in the JSON only, as llama-bench has it. */
export function benchCsv(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ samples_ns: _ns, samples_ts: _ts, ...cells }) => cells);
  const names = Object.keys(lines[0] ?? {});
  return csvText([names, ...lines.map(cells => Object.values(cells).map(csvCell))]).trimEnd();
}

/** llama-bench writes its switches as 0 and 1. */
export function csvCell(value: CsvCell | boolean): CsvCell {
  return typeof value === 'boolean' ? Number(value) : value;
}

interface Column {
  readonly name: string;
  readonly width: number;
  readonly alignment: 'left' | 'right';
  of(row: BenchRow): string;
}

export const benchColumns: readonly Column[] = [
  { name: 'model', width: 30, alignment: 'left', of: row => row.model_type },
  { name: 'size', width: 10, alignment: 'right', of: row => size(row.model_size) },
  { name: 'params', width: 10, alignment: 'right', of: row => parameters(row.model_n_params) },
  { name: 'backend', width: 10, alignment: 'left', of: row => row.backends },
  { name: 'ngl', width: 3, alignment: 'right', of: row => `${row.n_gpu_layers}` },
  { name: 'threads', width: 7, alignment: 'right', of: row => `${row.n_threads}` },
  { name: 'type_k', width: 6, alignment: 'right', of: row => row.type_k },
  { name: 'type_v', width: 6, alignment: 'right', of: row => row.type_v },
  { name: 'fa', width: 2, alignment: 'right', of: row => flag(row.flash_attn) },
  { name: 'test', width: 15, alignment: 'right', of: testName },
  { name: 't/s', width: 20, alignment: 'right', of: speed },
];

/** The table of llama-bench, the builds, what failed, and what the figures say. */
export function benchMarkdown(rows: readonly BenchRow[], result: SpeedComparison): string {
  const [first] = rows;
  const shown = benchColumns.filter(({ name }) => name !== 'ngl' || first?.backends !== 'CPU');
  const line = (cell: (column: Column) => string) => `| ${shown.map(cell).join(' | ')} |`;
  const pad = ({ width, alignment }: Column, text: string) =>
    alignment === 'left' ? text.padEnd(width) : text.padStart(width);
  return [
    line(column => pad(column, column.name)),
    line(({ width, alignment }) =>
      alignment === 'left' ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
    ),
    ...rows.map(row => line(column => pad(column, column.of(row)))),
    ...(first === undefined
      ? []
      : [
          '',
          `build: llama.cpp ${first.llama_cpp_release} (node-llama-cpp ${first.node_llama_cpp_release}, Headroom ${first.headroom_version})`,
        ]),
    ...list(benchFailures(result)),
    ...list(speedFindings(result)),
  ].join('\n');
}

function list(sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : ['', ...sentences.map(sentence => `- ${sentence}`)];
}

/** Which configurations have no figures, and why. */
export function benchFailures({ configurations, speed }: SpeedComparison): string[] {
  return failureSentences(configurations, speed?.configurations ?? []);
}

function testName({ n_prompt, n_gen, n_depth }: BenchRow): string {
  const name = n_gen === 0 ? `pp${n_prompt}` : `tg${n_gen}`;
  return n_depth === 0 ? name : `${name} @ d${n_depth}`;
}

function speed({ avg_ts, stddev_ts }: BenchRow): string {
  return stddev_ts === null ? avg_ts.toFixed(2) : `${avg_ts.toFixed(2)} ± ${stddev_ts.toFixed(2)}`;
}

function flag(value: boolean | null): string {
  return value === null ? '' : `${Number(value)}`;
}

function size(bytes: number): string {
  return bytes < 1024 ** 3
    ? `${(bytes / 1024 ** 2).toFixed(2)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

function parameters(count: number): string {
  return count < 1e9 ? `${(count / 1e6).toFixed(2)} M` : `${(count / 1e9).toFixed(2)} B`;
}
