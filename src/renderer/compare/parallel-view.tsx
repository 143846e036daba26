import type { ParallelResult } from '#shared/compare/parallel.ts';
import { shortCount } from '#shared/metrics/axis-scale.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { DataTable } from '../ui/data-table.tsx';
import sectionStyles from '../ui/section.module.css';
import { seriesColour } from './series-colour.ts';
import { SpreadChart, type SpreadSeries } from './spread-chart.tsx';

export interface ParallelViewProps {
  readonly parallel: ParallelResult;
  readonly names: readonly string[];
}

/** What several answers at once bring together, and what their caches take. */
export function ParallelView({ parallel, names }: ParallelViewProps) {
  const { sequences } = parallel.test;
  const series = parallel.configurations.flatMap((each, index): SpreadSeries[] =>
    each?.outcome === 'measured'
      ? [
          {
            name: names[index] ?? '',
            colour: seriesColour(index),
            values: each.counts.map(count =>
              count.outcome === 'measured' ? count.tokensPerSecond : null,
            ),
          },
        ]
      : [],
  );
  if (series.length === 0) return null;
  return (
    <section className={sectionStyles.section}>
      <SpreadChart
        title="Decode speed of all answers together, tokens/s"
        placeName="Answers at once"
        places={sequences}
        doubling
        series={series}
        valueText={shortCount}
      />
      <DataTable
        caption="Memory of the cache by the number of answers at once"
        rowHead="At once"
        columns={series.map(({ name }) => ({ key: name, head: `Cache, ${name}` }))}
        rows={sequences.map((count, at) => ({
          key: String(count),
          head: String(count),
          cells: Object.fromEntries(
            parallel.configurations.flatMap((each, index) => {
              const figures = each?.outcome === 'measured' ? each.counts[at] : undefined;
              const bytes = figures?.outcome === 'measured' ? figures.kvBytes : null;
              return [[names[index] ?? '', bytes === null ? null : formatBytes(bytes)]];
            }),
          ),
        }))}
      />
    </section>
  );
}
