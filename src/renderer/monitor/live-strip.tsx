import { useEffect, useRef } from 'react';
import { timeAgoLabel } from '#shared/metrics/axis-scale.ts';
import { describeEvent } from '#shared/metrics/history-event.ts';
import type { TimeWindow } from '#shared/metrics/telemetry-history.ts';
import { usePage } from '../state/page-context.tsx';
import { createStripChart, type StripChart, type StripOptions } from './live/strip-chart.ts';
import 'uplot/dist/uPlot.min.css';
import styles from './live-strip.module.css';

export interface LiveStripProps<Column extends string>
  extends Pick<
    StripOptions<Column>,
    'history' | 'series' | 'height' | 'timeAxis' | 'ceiling' | 'axisLabel'
  > {
  readonly timeWindow: TimeWindow;
  /** The values under the pointer in words, in the order of the series. */
  describe(values: readonly (number | null)[]): string;
}

/**
 * A canvas strip of the live history. React places it once; samples never come through here. Hidden
 * from screen readers: the frame around it offers the same as a table.
 *
 * `series`, `ceiling`, `axisLabel` and `describe` are read once and must not depend on props or state.
 */
export function LiveStrip<Column extends string>({
  history,
  series,
  height,
  timeAxis,
  timeWindow,
  ceiling,
  axisLabel,
  describe,
}: LiveStripProps<Column>) {
  const { live } = usePage();
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const chart = useRef<StripChart>(null);
  const fixed = useRef({ series, ceiling, axisLabel, describe });

  useEffect(() => {
    if (host.current === null) return;
    const { describe: inWords, ...rest } = fixed.current;
    const created = createStripChart(host.current, {
      ...rest,
      history,
      schedule: live.schedule,
      height,
      timeAxis,
      onPoint(point) {
        live.holdStill(point !== null);
        if (readout.current === null) return;
        readout.current.hidden = point === null;
        if (point === null) return;
        readout.current.dataset.side = point.atRight ? 'left' : 'right';
        const values = `${timeAgoLabel(point.secondsAgo)}: ${inWords(point.values)}`;
        const event = point.event === null ? null : describeEvent(point.event);
        readout.current.toggleAttribute('data-event', event !== null);
        readout.current.textContent = event === null ? values : `${values}\n${event}`;
      },
    });
    chart.current = created;
    return () => {
      chart.current = null;
      live.holdStill(false);
      created[Symbol.dispose]();
    };
  }, [live, history, height, timeAxis]);

  useEffect(() => chart.current?.setWindow(timeWindow), [timeWindow]);

  return (
    <div className={styles.strip} style={{ height }} aria-hidden="true">
      <div ref={host} className={styles.host} />
      <div ref={readout} className={styles.readout} hidden />
    </div>
  );
}
