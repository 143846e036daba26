import { useStore } from 'zustand';
import { shortCount, steadyCeiling, timeAgoLabel } from '#shared/metrics/axis-scale.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import {
  formatPercent,
  formatRate,
  formatTokenCount,
  formatTokens,
} from '#shared/metrics/format.ts';
import { type HistoryLine, tabulateWindow } from '#shared/metrics/history-table.ts';
import type { TimeWindow, traceColumns } from '#shared/metrics/telemetry-history.ts';
import { usePage } from '../state/page-context.tsx';
import { ChartFrame, LegendItem } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Figure } from '../ui/figure.tsx';
import { EventLegend } from './event-legend.tsx';
import styles from './live-charts.module.css';
import { LiveStrip } from './live-strip.tsx';

const fillSeries = [
  { column: 'capacity', colour: 'axis', mark: 'limit' },
  { column: 'used', colour: 'used', mark: 'level' },
] as const;
const prefillSeries = [{ column: 'prefill', colour: 'prefill', mark: 'bursts' }] as const;
const decodeSeries = [{ column: 'decode', colour: 'decode', mark: 'line' }] as const;

export interface LiveChartProps {
  readonly timeWindow: TimeWindow;
}

/** The used and the reserved tokens over time. */
export function FillChart({ timeWindow }: LiveChartProps) {
  const { live } = usePage();
  const sample = useStore(live.current, state => state.sample);
  return (
    <ChartFrame
      title="Cache fill"
      figures={
        <>
          <LegendItem mark="area" colour="series-used">
            <Figure
              definition={metricDefinitions.cacheUsed}
              layout="inline"
              label={metricDefinitions.cacheUsed.shortName}
              value={tokensNow(sample?.cacheUsedTokens)}
            />
          </LegendItem>
          <LegendItem mark="dashes" colour="chart-axis">
            <Figure
              definition={metricDefinitions.cacheCapacity}
              layout="inline"
              value={tokensNow(sample?.cacheCapacityTokens)}
            />
          </LegendItem>
        </>
      }
      legend={<EventLegend timeWindow={timeWindow} />}
      table={() => <FillTable timeWindow={timeWindow} />}
    >
      <LiveStrip
        history={live.history}
        series={fillSeries}
        height={116}
        timeAxis
        timeWindow={timeWindow}
        ceiling={fillCeiling}
        axisLabel={shortCount}
        describe={describeFill}
      />
    </ChartFrame>
  );
}

/** Prefill and decode speed, each with its own scale: they differ by a factor of ten and more. */
export function SpeedChart({ timeWindow }: LiveChartProps) {
  const { live } = usePage();
  const sample = useStore(live.current, state => state.sample);
  const phase = sample?.phase ?? 'idle';
  return (
    <ChartFrame
      title="Tokens per second"
      figures={
        <>
          <LegendItem mark="bursts" colour="series-prefill">
            <Figure
              definition={metricDefinitions.prefillSpeed}
              layout="inline"
              value={speedNow(phase === 'prefill', sample?.prefillTokensPerSecond)}
            />
          </LegendItem>
          <LegendItem mark="line" colour="series-decode">
            <Figure
              definition={metricDefinitions.liveSpeed}
              layout="inline"
              label={metricDefinitions.decodeSpeed.shortName}
              value={speedNow(phase === 'decode', sample?.decodeTokensPerSecond)}
            />
          </LegendItem>
        </>
      }
      legend={<EventLegend timeWindow={timeWindow} />}
      table={() => <SpeedTable timeWindow={timeWindow} />}
    >
      <div className={styles.strips}>
        <LiveStrip
          history={live.history}
          series={prefillSeries}
          height={56}
          timeAxis={false}
          timeWindow={timeWindow}
          ceiling={steadyCeiling}
          axisLabel={shortCount}
          describe={describeSpeed}
        />
        <LiveStrip
          history={live.history}
          series={decodeSeries}
          height={100}
          timeAxis
          timeWindow={timeWindow}
          ceiling={steadyCeiling}
          axisLabel={shortCount}
          describe={describeSpeed}
        />
      </div>
    </ChartFrame>
  );
}

function FillTable({ timeWindow }: LiveChartProps) {
  const capacity = useLines(timeWindow, 'capacity', true);
  return (
    <DataTable
      caption="Cache fill over time"
      rowHead="Until"
      columns={[
        { key: 'used', head: 'Used', unit: 'tokens' },
        { key: 'reserved', head: 'Reserved', unit: 'tokens' },
        { key: 'fill', head: 'Fill', unit: '%' },
      ]}
      rows={useLines(timeWindow, 'used', true).map(({ agoMs, last }, index) => {
        const reserved = capacity[index]?.last ?? null;
        return {
          key: String(index),
          head: timeAgoLabel(agoMs / 1000),
          cells: {
            used: last === null ? null : formatTokens(last),
            reserved: reserved === null ? null : formatTokens(reserved),
            fill: last === null || reserved === null ? null : formatPercent(last / reserved),
          },
        };
      })}
    />
  );
}

function SpeedTable({ timeWindow }: LiveChartProps) {
  const decode = useLines(timeWindow, 'decode', false);
  return (
    <DataTable
      caption="Prefill and decode speed over time, lowest to highest"
      rowHead="Until"
      columns={[
        { key: 'prefill', head: 'Prefill', unit: 'tokens/s' },
        { key: 'decode', head: 'Decode', unit: 'tokens/s' },
      ]}
      rows={useLines(timeWindow, 'prefill', false).map((line, index) => ({
        key: String(index),
        head: timeAgoLabel(line.agoMs / 1000),
        cells: { prefill: range(line), decode: range(decode[index]) },
      }))}
    />
  );
}

/** Reads the history at the pace of the calm figures. */
function useLines(timeWindow: TimeWindow, column: keyof typeof traceColumns, carry: boolean) {
  const { live } = usePage();
  useStore(live.current);
  return tabulateWindow(live.history, column, timeWindow, carry);
}

function range(line: HistoryLine | undefined): string | null {
  if (line === undefined || line.lowest === null || line.highest === null) return null;
  const [low, high] = [formatRate(line.lowest), formatRate(line.highest)].map(text =>
    text.replace(/ tokens\/s$/, ''),
  );
  return low === high ? (low ?? null) : `${low} to ${high}`;
}

function tokensNow(tokens: number | undefined): string {
  return formatTokenCount(tokens ?? null);
}

function speedNow(active: boolean, speed: number | null | undefined): string {
  return active ? formatRate(speed ?? null) : 'idle';
}

function fillCeiling(current: number | null, highest: number | null): number | null {
  // The capacity is in view, so the top is the capacity: the height of the curve is the fill.
  return highest ?? current;
}

function describeFill([capacity, used]: readonly (number | null)[]): string {
  if (used === null || used === undefined) return 'no cache';
  const of = capacity === null || capacity === undefined ? '' : ` of ${formatTokens(capacity)}`;
  return `${formatTokens(used)}${of} tokens`;
}

function describeSpeed([speed]: readonly (number | null)[]): string {
  return speed === null || speed === undefined ? 'idle' : formatRate(speed);
}
