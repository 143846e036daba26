import { useStore } from 'zustand';
import { shortBytes, steadyByteCeiling, timeAgoLabel } from '#shared/metrics/axis-scale.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { tabulateWindow } from '#shared/metrics/history-table.ts';
import type { MemoryColumn } from '#shared/metrics/memory-history.ts';
import { usePage } from '../state/page-context.tsx';
import { ChartFrame, LegendItem } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Figure } from '../ui/figure.tsx';
import type { LiveChartProps } from './live-charts.tsx';
import { LiveStrip } from './live-strip.tsx';
import styles from './memory-chart.module.css';

const processSeries = [
  { column: 'vram', colour: 'vram', mark: 'limit' },
  { column: 'engine', colour: 'engine', mark: 'level' },
  { column: 'host', colour: 'host', mark: 'line' },
] as const;
const modelSeries = [
  { column: 'cacheReserved', colour: 'axis', mark: 'limit' },
  { column: 'cacheUsed', colour: 'used', mark: 'level' },
  { column: 'weights', colour: 'weights', mark: 'line' },
] as const;

const tableColumns = [
  { key: 'engine', head: 'Engine' },
  { key: 'host', head: 'Host' },
  { key: 'vram', head: 'VRAM' },
  { key: 'weights', head: 'Weights' },
  { key: 'cacheReserved', head: 'Reserved' },
  { key: 'cacheUsed', head: 'Used' },
  { key: 'compute', head: 'Compute' },
] as const satisfies readonly { key: MemoryColumn; head: string }[];

/**
 * What the processes take, and what the model in them does: a scale for each, because a small model
 * would be a line on the ground of its process.
 */
export function MemoryChart({ timeWindow }: LiveChartProps) {
  const { memory } = usePage();
  return (
    <ChartFrame
      title="Memory"
      figures={<ProcessFigures />}
      table={() => <MemoryTable timeWindow={timeWindow} />}
    >
      <LiveStrip
        history={memory.history}
        series={processSeries}
        height={84}
        timeAxis={false}
        timeWindow={timeWindow}
        ceiling={steadyByteCeiling}
        axisLabel={shortBytes}
        describe={describeProcesses}
      />
      <ModelFigures />
      <LiveStrip
        history={memory.history}
        series={modelSeries}
        height={100}
        timeAxis
        timeWindow={timeWindow}
        ceiling={steadyByteCeiling}
        axisLabel={shortBytes}
        describe={describeModel}
      />
    </ChartFrame>
  );
}

function ProcessFigures() {
  const sample = useSample();
  const vram = sample?.engine?.vramUsedBytes ?? null;
  const vramTotal = sample?.engine?.vramTotalBytes ?? null;
  return (
    <>
      <LegendItem mark="area" colour="series-engine">
        <Figure
          definition={metricDefinitions.engineMemory}
          layout="inline"
          value={formatBytes(sample?.engine?.residentBytes ?? null)}
        />
      </LegendItem>
      <LegendItem mark="line" colour="series-host">
        <Figure
          definition={metricDefinitions.hostMemory}
          layout="inline"
          value={formatBytes(sample?.hostResidentBytes ?? null)}
        />
      </LegendItem>
      {vram !== null && (
        <LegendItem mark="dashes" colour="series-vram">
          <Figure
            definition={metricDefinitions.vram}
            layout="inline"
            value={formatBytes(vram)}
            {...(vramTotal === null ? {} : { secondary: `of ${formatBytes(vramTotal)}` })}
          />
        </LegendItem>
      )}
    </>
  );
}

function ModelFigures() {
  const engine = useSample()?.engine;
  return (
    <div className={styles.figures}>
      <LegendItem mark="line" colour="series-weights">
        <Figure
          definition={metricDefinitions.weights}
          layout="inline"
          value={formatBytes(engine?.weightsBytes ?? null)}
        />
      </LegendItem>
      <LegendItem mark="area" colour="series-used">
        <Figure
          definition={metricDefinitions.cacheUsed}
          layout="inline"
          label={metricDefinitions.cacheUsed.name}
          value={formatBytes(engine?.cacheUsedBytes ?? null)}
        />
      </LegendItem>
      <LegendItem mark="dashes" colour="chart-axis">
        <Figure
          definition={metricDefinitions.cacheCapacity}
          layout="inline"
          value={formatBytes(engine?.cacheReservedBytes ?? null)}
        />
      </LegendItem>
      <Figure
        definition={metricDefinitions.compute}
        layout="inline"
        value={formatBytes(engine?.computeBytes ?? null)}
      />
    </div>
  );
}

function MemoryTable({ timeWindow }: LiveChartProps) {
  const { memory } = usePage();
  useStore(memory.current);
  const { history } = memory;
  const columns = tableColumns.map(({ key, head }) => ({
    key,
    head,
    lines: tabulateWindow(history, key, timeWindow, false),
  }));
  const shown = columns.filter(({ key, lines }) => key !== 'vram' || lines.some(hasValue));
  return (
    <DataTable
      caption="Memory over time"
      rowHead="Until"
      columns={shown}
      rows={(columns[0]?.lines ?? []).map(({ agoMs }, index) => ({
        key: String(index),
        head: timeAgoLabel(agoMs / 1000),
        cells: Object.fromEntries(
          shown.map(({ key, lines }) => {
            const last = lines[index]?.last ?? null;
            return [key, last === null ? null : formatBytes(last)];
          }),
        ),
      }))}
    />
  );
}

function useSample() {
  const { memory } = usePage();
  return useStore(memory.current, state => state.sample);
}

function hasValue({ last }: { readonly last: number | null }): boolean {
  return last !== null;
}

function describeProcesses([vram, engine, host]: readonly (number | null)[]): string {
  return inWords({ engine, host, VRAM: vram });
}

function describeModel([reserved, used, weights]: readonly (number | null)[]): string {
  return inWords({ weights, 'cache used': used, reserved });
}

function inWords(values: Readonly<Record<string, number | null | undefined>>): string {
  const parts = Object.entries(values).flatMap(([name, bytes]) =>
    bytes === null || bytes === undefined ? [] : [`${name} ${formatBytes(bytes)}`],
  );
  return parts.length === 0 ? 'not measured' : parts.join(', ');
}
