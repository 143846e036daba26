import { useState } from 'react';
import { CartesianGrid, ErrorBar, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts';
import type { SampleStatistics } from '#shared/compare/sample-statistics.ts';
import { niceCeiling, shortCount } from '#shared/metrics/axis-scale.ts';
import { notMeasured } from '#shared/metrics/format.ts';
import styles from '../ui/chart-body.module.css';
import { ChartFrame, LegendItem } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useElementWidth } from '../ui/element-width.ts';

const height = 220;

/** One line; its values belong to the chart's places, in their order. */
export interface SpreadSeries {
  readonly name: string;
  /** A colour token without its dashes. */
  readonly colour: string;
  readonly values: readonly (SampleStatistics | null)[];
  /** Drawn dashed, without spread: what was computed, and not measured at this place. */
  readonly limits?: readonly (number | null)[];
}

export interface SpreadChartProps {
  readonly title: string;
  /** Of the places on the horizontal axis. */
  readonly placeName: string;
  readonly places: readonly number[];
  /** Distances double from mark to mark instead of being equal; for places above 0. */
  readonly doubling?: boolean;
  readonly series: readonly SpreadSeries[];
  /** What the dashed lines are. */
  readonly limitName?: string;
  valueText(value: number): string;
}

interface Place {
  readonly place: number;
  readonly index: number;
}

/** Medians with the range of their samples, over depths or counts. */
export function SpreadChart(props: SpreadChartProps) {
  const { title, placeName, places, doubling = false, series, limitName, valueText } = props;
  const [host, setHost] = useState<HTMLElement | null>(null);
  const width = useElementWidth(host);
  const data: Place[] = places.map((place, index) => ({ place, index }));
  const top = topOf(series);
  const hidden = series.filter(({ limits }) =>
    limits?.some(limit => limit !== null && limit > top),
  );
  return (
    <ChartFrame
      title={title}
      legend={
        <>
          {series.map(({ name, colour }) => (
            <LegendItem key={name} mark="line" colour={colour}>
              {name}
            </LegendItem>
          ))}
          {limitName !== undefined && series.some(({ limits }) => limits !== undefined) && (
            <LegendItem mark="dashes" colour="chart-axis">
              {limitName}
              {hidden.length > 0 && ', partly above the chart'}
            </LegendItem>
          )}
        </>
      }
      table={() => <SpreadTable {...props} />}
    >
      <div ref={setHost} className={styles.host} style={{ height }}>
        {width > 0 && (
          <LineChart
            width={width}
            height={height}
            data={data}
            margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
            title={`${title}; arrow keys go from place to place`}
          >
            <CartesianGrid stroke="var(--chart-grid)" />
            <XAxis
              dataKey="place"
              type="number"
              scale={doubling ? 'log' : 'linear'}
              domain={domainOf(places, doubling)}
              ticks={[...places]}
              tickFormatter={shortCount}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickLine={false}
              axisLine={false}
              padding={{ left: 12, right: 12 }}
              height={20}
            />
            <YAxis
              width={64}
              domain={[0, top]}
              allowDataOverflow
              ticks={[0, 1, 2, 3, 4].map(step => (top * step) / 4)}
              tickFormatter={valueText}
              tick={{ fontSize: 11, fill: 'var(--chart-axis)' }}
              tickLine={false}
              axisLine={false}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--chart-cursor)' }}
              wrapperStyle={{ zIndex: 1 }}
              content={({ active, label }) =>
                active ? <PlaceCard {...props} index={places.indexOf(Number(label))} /> : null
              }
            />
            {series.map(({ name, colour, limits }) =>
              limits === undefined ? null : (
                <Line
                  key={`${name} limit`}
                  dataKey={({ index }: Place) => limits[index] ?? null}
                  name={`${name}, limit`}
                  stroke={`var(--${colour})`}
                  strokeDasharray="5 4"
                  strokeWidth={1.25}
                  dot={false}
                  activeDot={false}
                  isAnimationActive={false}
                />
              ),
            )}
            {series.map(({ name, colour, values }) => (
              <Line
                key={name}
                dataKey={({ index }: Place) => values[index]?.median ?? null}
                name={name}
                stroke={`var(--${colour})`}
                strokeWidth={1.75}
                dot={{ r: 2.5, fill: `var(--${colour})`, strokeWidth: 0 }}
                activeDot={{ r: 4 }}
                isAnimationActive={false}
              >
                <ErrorBar
                  dataKey={({ index }: Place) => rangeOf(values[index] ?? null)}
                  stroke={`var(--${colour})`}
                  strokeWidth={1}
                  width={3}
                  isAnimationActive={false}
                />
              </Line>
            ))}
          </LineChart>
        )}
      </div>
      <p className={styles.axis} aria-hidden="true">
        {placeName}
      </p>
    </ChartFrame>
  );
}

/** How far the samples lie below and above the median. */
function rangeOf(value: SampleStatistics | null): [number, number] {
  if (value === null) return [0, 0];
  const { median, samples } = value;
  return [median - Math.min(...samples), Math.max(...samples) - median];
}

/** Above every sample; a limit that is much higher does not press them flat. */
function topOf(series: readonly SpreadSeries[]): number {
  const samples = series.flatMap(({ values }) => values.flatMap(value => value?.samples ?? []));
  const measured = Math.max(0, ...samples);
  const limits = series.flatMap(({ limits: own = [] }) => own.filter(limit => limit !== null));
  return niceCeiling(Math.max(measured, Math.min(Math.max(0, ...limits), measured * 2)) / 4) * 4;
}

/** One place alone stands in the middle. */
function domainOf(places: readonly number[], doubling: boolean): [number, number] {
  const [least, most] = [Math.min(...places), Math.max(...places)];
  if (least !== most) return [least, most];
  return doubling ? [least / 2, least * 2] : [least - 1, least + 1];
}

interface PlaceCardProps extends SpreadChartProps {
  readonly index: number;
}

function PlaceCard({ placeName, places, series, limitName, valueText, index }: PlaceCardProps) {
  const place = places[index];
  if (place === undefined) return null;
  return (
    <div className={styles.card}>
      <p className={styles.cardHead}>
        {placeName}: {place.toLocaleString('en-US')}
      </p>
      {series.map(({ name, colour, values, limits }) => {
        const limit = limits?.[index] ?? null;
        return (
          <p key={name} className={styles.cardRow}>
            <LegendItem mark="line" colour={colour}>
              {name}
            </LegendItem>
            <span>
              {spreadText(values[index] ?? null, valueText)}
              {limitText(limit, limitName, valueText)}
            </span>
          </p>
        );
      })}
    </div>
  );
}

/** The median, and the range of the samples where there are several. */
function spreadText(value: SampleStatistics | null, text: (value: number) => string): string {
  if (value === null) return notMeasured;
  const { median, samples } = value;
  if (samples.length === 1) return text(median);
  return `${text(median)}, from ${text(Math.min(...samples))} to ${text(Math.max(...samples))}`;
}

function limitText(
  limit: number | null,
  name: string | undefined,
  text: (value: number) => string,
): string {
  return limit === null || name === undefined ? '' : ` (${name} ${text(limit)})`;
}

function SpreadTable({ title, placeName, places, series, limitName, valueText }: SpreadChartProps) {
  return (
    <DataTable
      caption={`${title}: medians, and the range of the samples`}
      rowHead={placeName}
      columns={series.map(({ name }) => ({ key: name, head: name }))}
      rows={places.map((place, index) => ({
        key: String(place),
        head: place.toLocaleString('en-US'),
        cells: Object.fromEntries(
          series.map(({ name, values, limits }) => {
            const value = values[index] ?? null;
            const limit = limitText(limits?.[index] ?? null, limitName, valueText);
            return [name, value === null ? null : `${spreadText(value, valueText)}${limit}`];
          }),
        ),
      }))}
    />
  );
}
