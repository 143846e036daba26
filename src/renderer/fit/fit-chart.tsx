import { useState } from 'react';
import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts';
import { allBytes } from '#shared/fit/memory-pools.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { niceCeiling, shortCount } from '#shared/metrics/axis-scale.ts';
import { formatBytes, formatTokenCount, formatTokens } from '#shared/metrics/format.ts';
import { useFit } from '../state/page-context.tsx';
import styles from '../ui/chart-body.module.css';
import { ChartFrame, LegendItem } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useElementWidth } from '../ui/element-width.ts';
import type { FitLines, FitPoint } from './fit-lines.ts';

const height = 260;
const gibibyte = 1024 ** 3;

const colours: Readonly<Partial<Record<CacheType, string>>> = {
  f32: 'series-queue',
  f16: 'series-k',
  q8_0: 'series-decode',
  q5_1: 'series-prefill',
  q4_0: 'series-v',
};

/** Memory over context length, a line for each type in K and V, and the budget. */
export function FitChart() {
  const lines = useFit(({ table }) => table.lines);
  const basis = useFit(({ table }) => table.basis);
  const trained = useFit(({ subject }) => subject?.trainedContextLength ?? null);
  const asked = useFit(({ choice }) => choice.contextLength);
  const [host, setHost] = useState<HTMLElement | null>(null);
  const width = useElementWidth(host);
  if (lines === null || basis === null) return null;
  const budget = allBytes(basis.pools);
  const last = lines.points.at(-1);
  const highest = Math.max(0, ...(last?.bytes.map(({ total }) => total) ?? []));
  const top = niceTop(Math.min(highest, Math.max(budget * 1.25, lowest(lines) * 1.25)));
  const farthest = last?.contextLength ?? 0;
  return (
    <ChartFrame
      title="Memory over context length"
      legend={
        <>
          {lines.types.map(type => (
            <LegendItem key={type} mark="line" colour={colours[type] ?? 'chart-axis'}>
              {type}
            </LegendItem>
          ))}
          <LegendItem mark="dashes" colour="danger">
            budget {formatBytes(budget)}
            {budget > top && ', above the chart'}
          </LegendItem>
          {trained !== null && trained <= farthest && (
            <LegendItem mark="dashes" colour="chart-axis">
              trained {formatTokens(trained)}
            </LegendItem>
          )}
        </>
      }
      table={() => <LinesTable lines={lines} />}
    >
      <div ref={setHost} className={styles.host} style={{ height }}>
        {width > 0 && (
          <LineChart
            width={width}
            height={height}
            data={[...lines.points]}
            margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
            title="Memory over context length; arrow keys go from length to length"
          >
            <CartesianGrid stroke="var(--chart-grid)" />
            <XAxis
              dataKey="contextLength"
              type="number"
              domain={[0, farthest]}
              ticks={ticksUpTo(farthest)}
              tickFormatter={shortCount}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickLine={false}
              axisLine={false}
              height={20}
            />
            <YAxis
              width={64}
              domain={[0, top]}
              allowDataOverflow
              ticks={[0, 1, 2, 3, 4].map(step => (top * step) / 4)}
              tickFormatter={formatBytes}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickLine={false}
              axisLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--chart-cursor)' }}
              wrapperStyle={{ zIndex: 1 }}
              content={({ active, label }) => {
                const point = lines.points.find(({ contextLength }) => contextLength === label);
                return active && point !== undefined ? (
                  <PointCard types={lines.types} point={point} budget={budget} />
                ) : null;
              }}
            />
            <ReferenceLine y={budget} stroke="var(--danger)" strokeDasharray="5 4" />
            {trained !== null && (
              <ReferenceLine x={trained} stroke="var(--chart-axis)" strokeDasharray="2 4" />
            )}
            {asked !== null && <ReferenceLine x={asked} stroke="var(--chart-cursor)" />}
            {lines.types.map((type, index) => (
              <Line
                key={type}
                dataKey={(point: FitPoint) => point.bytes[index]?.total ?? null}
                name={type}
                stroke={`var(--${colours[type] ?? 'chart-axis'})`}
                strokeWidth={1.75}
                dot={false}
                activeDot={{ r: 3 }}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        )}
      </div>
    </ChartFrame>
  );
}

/** The lowest line's highest point, so that a budget far below does not hide all lines. */
function lowest({ points }: FitLines): number {
  const last = points.at(-1)?.bytes.map(({ total }) => total) ?? [];
  return last.length === 0 ? 0 : Math.min(...last);
}

/** About five round lengths. */
function ticksUpTo(most: number): number[] {
  const step = niceCeiling(most / 6);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => n * step);
}

/** Up to quarters that can be read. */
function niceTop(bytes: number): number {
  const unit = bytes >= gibibyte ? gibibyte : 1024 ** 2;
  return niceCeiling(bytes / unit / 4) * unit * 4;
}

interface PointCardProps {
  readonly types: readonly CacheType[];
  readonly point: FitPoint;
  readonly budget: number;
}

function PointCard({ types, point, budget }: PointCardProps) {
  return (
    <div className={styles.card}>
      <p className={styles.cardHead}>{formatTokenCount(point.contextLength)}</p>
      {types.map((type, index) => {
        const total = point.bytes[index]?.total ?? 0;
        return (
          <p key={type} className={styles.cardRow} data-over={total > budget || undefined}>
            <LegendItem mark="line" colour={colours[type] ?? 'chart-axis'}>
              {type}
            </LegendItem>
            <span>{formatBytes(total)}</span>
          </p>
        );
      })}
    </div>
  );
}

function LinesTable({ lines: { types, points } }: { readonly lines: FitLines }) {
  return (
    <DataTable
      caption="Memory over context length, by the type of K and V"
      rowHead="Tokens"
      columns={types.map(type => ({ key: type, head: type }))}
      rows={points.map(({ contextLength, bytes }) => ({
        key: String(contextLength),
        head: formatTokens(contextLength),
        cells: Object.fromEntries(
          types.map((type, index) => [type, formatBytes(bytes[index]?.total ?? null)]),
        ),
      }))}
    />
  );
}
