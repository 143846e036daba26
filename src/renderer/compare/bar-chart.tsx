import { useState } from 'react';
import { Bar, Cell, LabelList, BarChart as RechartsBarChart, XAxis, YAxis } from 'recharts';
import { notMeasured } from '#shared/metrics/format.ts';
import styles from '../ui/chart-body.module.css';
import { ChartFrame } from '../ui/chart-frame.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useElementWidth } from '../ui/element-width.ts';

const rowHeight = 28;
/** Beside the longest bar, for the figure that stands there. */
const labelRoom = 96;

export interface NamedValue {
  readonly name: string;
  /** A colour token without its dashes. */
  readonly colour: string;
  /** Null where it was not measured. */
  readonly value: number | null;
}

export interface BarChartProps {
  readonly title: string;
  /** Of the values, as a table's head. */
  readonly valueName: string;
  readonly bars: readonly NamedValue[];
  valueText(value: number): string;
}

/** A bar for each configuration, with its figure. */
export function BarChart({ title, valueName, bars, valueText }: BarChartProps) {
  const [host, setHost] = useState<HTMLElement | null>(null);
  const width = useElementWidth(host);
  const text = (value: number | null) => (value === null ? notMeasured : valueText(value));
  const longest = Math.max(...bars.map(({ name }) => name.length));
  const nameWidth = Math.min(width * 0.4, 16 + longest * 6.5);
  return (
    <ChartFrame
      title={title}
      table={() => (
        <DataTable
          caption={title}
          rowHead="Configuration"
          columns={[{ key: 'value', head: valueName }]}
          rows={bars.map(({ name, value }) => ({
            key: name,
            head: name,
            cells: { value: value === null ? null : valueText(value) },
          }))}
        />
      )}
    >
      <div ref={setHost} className={styles.host} style={{ height: bars.length * rowHeight + 8 }}>
        {width > 0 && (
          <RechartsBarChart
            layout="vertical"
            width={width}
            height={bars.length * rowHeight + 8}
            data={bars.map(bar => ({ ...bar, shown: bar.value ?? 0 }))}
            margin={{ top: 4, right: labelRoom, bottom: 4, left: 0 }}
            title={`${title}: ${bars.map(({ name, value }) => `${name} ${text(value)}`).join('; ')}`}
            accessibilityLayer={false}
          >
            <XAxis type="number" hide domain={[0, 'dataMax']} />
            <YAxis
              type="category"
              dataKey="name"
              width={nameWidth}
              interval={0}
              tick={{ fontSize: 12, fill: 'var(--text-muted)' }}
              tickLine={false}
              axisLine={{ stroke: 'var(--chart-axis)' }}
            />
            <Bar dataKey="shown" barSize={14} radius={[0, 3, 3, 0]} isAnimationActive={false}>
              {bars.map(({ name, colour }) => (
                <Cell key={name} fill={`var(--${colour})`} />
              ))}
              <LabelList
                dataKey="value"
                position="right"
                formatter={value => text(typeof value === 'number' ? value : null)}
                fontSize={12}
                fill="var(--text)"
              />
            </Bar>
          </RechartsBarChart>
        )}
      </div>
    </ChartFrame>
  );
}
