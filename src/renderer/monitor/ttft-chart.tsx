import { useState } from 'react';
import { Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { shortDuration } from '#shared/metrics/axis-scale.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import { formatDuration } from '#shared/metrics/format.ts';
import type { TtftParts } from '#shared/metrics/turn-figures.ts';
import type { FinishedTurn } from '../state/chat-store.ts';
import body from '../ui/chart-body.module.css';
import { ChartFrame, LegendItem } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useElementWidth } from '../ui/element-width.ts';
import { Figure } from '../ui/figure.tsx';
import styles from './ttft-chart.module.css';

/** Bottom of the stack first: the order in which the time passes. */
const parts = [
  { key: 'queue', definition: metricDefinitions.ttftQueue, colour: 'series-queue' },
  { key: 'template', definition: metricDefinitions.ttftTemplate, colour: 'series-template' },
  { key: 'restore', definition: metricDefinitions.ttftRestore, colour: 'series-restore' },
  { key: 'prefill', definition: metricDefinitions.ttftPrefill, colour: 'series-prefill' },
  {
    key: 'firstDecode',
    definition: metricDefinitions.ttftFirstDecode,
    colour: 'series-first-decode',
  },
] as const satisfies readonly { key: keyof TtftParts; definition: unknown; colour: string }[];

const height = 132;
const fewestSlots = 10;
const mostSlots = 24;
const axisWidth = 52;

interface TurnBar extends TtftParts {
  /** What was said of it when the turn began. */
  readonly forecastMs: number | null;
  /** 1 for the conversation's first turn. */
  readonly turn: number;
  readonly ttftMs: number;
}

/** Time to first token per turn, the newest at the right, in the parts it was spent on. */
export function TtftChart({ turns }: { readonly turns: readonly FinishedTurn[] }) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  const width = useElementWidth(host);
  const bars = turns.flatMap(({ figures }, index): TurnBar[] =>
    figures.ttftMs === null
      ? []
      : [
          {
            ...figures.ttftParts,
            turn: index + 1,
            ttftMs: figures.ttftMs,
            forecastMs: figures.forecastMs,
          },
        ],
  );
  const shown = bars.slice(-mostSlots);
  const newest = shown.at(-1);
  const slots = Math.max(fewestSlots, shown.length);
  const last = newest?.turn ?? slots;
  const first = Math.min(shown[0]?.turn ?? 1, last - slots + 1);
  const slotWidth = (width - axisWidth - 12) / (last - first + 1);

  return (
    <ChartFrame
      title="Time to first token"
      figures={
        <Figure
          definition={metricDefinitions.ttft}
          layout="inline"
          label={newest === undefined ? 'Latest turn' : `Turn ${newest.turn}:`}
          value={formatDuration(newest?.ttftMs ?? null)}
        />
      }
      legend={
        <>
          {parts.map(({ key, definition, colour }) => (
            <LegendItem key={key} mark="block" colour={colour}>
              {definition.shortName}
            </LegendItem>
          ))}
          <LegendItem mark="ring" colour="text">
            {metricDefinitions.forecast.shortName}
          </LegendItem>
        </>
      }
      table={() => <TtftTable bars={shown} />}
    >
      <div ref={setHost} className={body.host} style={{ height }}>
        {newest === undefined && <p className={styles.empty}>Each turn adds a bar.</p>}
        {newest !== undefined && width > 0 && (
          <ComposedChart
            width={width}
            height={height}
            data={shown}
            margin={{ top: 6, right: 6, bottom: 0, left: 0 }}
            title="Time to first token per turn; arrow keys go from turn to turn"
          >
            <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
            <XAxis
              dataKey="turn"
              type="number"
              domain={[first - 0.5, last + 0.5]}
              allowDataOverflow
              ticks={ticksOf(shown, slotWidth)}
              interval={0}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickLine={false}
              axisLine={false}
              height={20}
            />
            <YAxis
              width={axisWidth}
              tickCount={3}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickFormatter={shortDuration}
              tickLine={false}
              axisLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: 'var(--chart-grid)', stroke: 'none' }}
              allowEscapeViewBox={{ x: false, y: true }}
              wrapperStyle={{ zIndex: 1 }}
              content={({ active, payload }) => {
                const bar = shown.find(({ turn }) => turn === payload[0]?.payload?.turn);
                return active && bar !== undefined ? <PartsCard bar={bar} /> : null;
              }}
            />
            {parts.map(({ key, colour }) => (
              <Bar
                key={key}
                dataKey={key}
                stackId="ttft"
                fill={`var(--${colour})`}
                barSize={Math.max(3, Math.min(16, Math.floor(slotWidth * 0.7)))}
                isAnimationActive={false}
              />
            ))}
            <Line
              dataKey="forecastMs"
              stroke="none"
              dot={{ r: 2.5, fill: 'var(--surface)', stroke: 'var(--text)', strokeWidth: 1.25 }}
              activeDot={false}
              isAnimationActive={false}
            />
          </ComposedChart>
        )}
      </div>
    </ChartFrame>
  );
}

function PartsCard({ bar }: { readonly bar: TurnBar }) {
  return (
    <div className={body.card}>
      <div className={body.cardHead}>
        <span>Turn {bar.turn}</span>
        <span>{formatDuration(bar.ttftMs)}</span>
      </div>
      <div className={body.cardRow}>
        <LegendItem mark="ring" colour="text">
          {metricDefinitions.forecast.shortName}
        </LegendItem>
        <span>{formatDuration(bar.forecastMs)}</span>
      </div>
      {parts.map(({ key, definition, colour }) => (
        <div key={key} className={body.cardRow}>
          <LegendItem mark="block" colour={colour}>
            {definition.shortName}
          </LegendItem>
          <span>{formatDuration(bar[key])}</span>
        </div>
      ))}
    </div>
  );
}

function TtftTable({ bars }: { readonly bars: readonly TurnBar[] }) {
  return (
    <DataTable
      caption="Time to first token per turn, in its parts"
      rowHead="Turn"
      columns={[
        { key: 'ttft', head: 'TTFT' },
        { key: 'forecast', head: 'Forecast', title: metricDefinitions.forecast.description },
        ...parts.map(({ key, definition }) => ({
          key,
          head: definition.shortName,
          title: definition.name,
        })),
      ]}
      rows={bars.toReversed().map(bar => ({
        key: String(bar.turn),
        head: bar.turn,
        cells: {
          ttft: formatDuration(bar.ttftMs),
          forecast: bar.forecastMs === null ? null : formatDuration(bar.forecastMs),
          ...Object.fromEntries(parts.map(({ key }) => [key, formatDuration(bar[key])])),
        },
      }))}
    />
  );
}

/** As many turn numbers as have room, the newest always among them. */
function ticksOf(bars: readonly TurnBar[], slotWidth: number): number[] {
  const step = Math.max(1, Math.ceil(24 / Math.max(slotWidth, 1)));
  return bars.filter((_, index) => (bars.length - 1 - index) % step === 0).map(({ turn }) => turn);
}
