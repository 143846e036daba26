import uPlot from 'uplot';
import type { ChartHistory } from '#shared/metrics/chart-history.ts';
import { type HistoryEvent, nearestEvent } from '#shared/metrics/history-event.ts';
import type { TraceRows } from '#shared/metrics/min-max-trace.ts';
import type { TimeWindow } from '#shared/metrics/telemetry-history.ts';
import { onRedraw } from '../../chart-picture/redrawn-canvas.ts';
import {
  type ChartPalette,
  followPalette,
  type PaletteColour,
  translucent,
} from './chart-palette.ts';
import type { DrawSchedule } from './draw-schedule.ts';
import { heldValue, nearestValue } from './pointed-value.ts';
import { drawEvents, drawTimeLabels } from './strip-decorations.ts';
import { drawBursts, drawLonely, type Mark } from './strip-marks.ts';

/** How one figure is drawn. */
export interface StripSeries<Column extends string> {
  readonly column: Column;
  readonly colour: PaletteColour;
  /**
   * `level`: a filled staircase, for what holds between samples. `limit`: a dashed staircase.
   * `line`: joined samples. `bursts`: a stem with a square head per sample.
   */
  readonly mark: 'level' | 'limit' | 'line' | 'bursts';
}

export interface StripOptions<Column extends string> {
  readonly history: ChartHistory<Column>;
  readonly schedule: DrawSchedule;
  readonly series: readonly StripSeries<Column>[];
  /** CSS pixels. */
  readonly height: number;
  /** Whether the time axis is drawn below; strips that stand on another leave it to that one. */
  readonly timeAxis: boolean;
  /** The top of the value axis, from the one shown now and the highest value in view. */
  ceiling(current: number | null, highest: number | null): number | null;
  /** A value of the axis in at most seven characters. */
  axisLabel(value: number): string;
  /** Where the pointer is: session time and the values there, null when it is elsewhere. */
  onPoint(point: StripPoint | null): void;
}

export interface StripPoint {
  /** Whether the pointer is in the right half. */
  readonly atRight: boolean;
  readonly secondsAgo: number;
  /** In the order of the series; null where there is no value. */
  readonly values: readonly (number | null)[];
  /** What is marked there; null too where the pointer is in a strip beside this one. */
  readonly event: HistoryEvent | null;
}

export interface StripChart extends Disposable {
  setWindow(window: TimeWindow): void;
}

const labelSize = 11;
const valueAxisWidth = 52;
const timeAxisHeight = 20;
const lowStrip = 70;
/** How far from a value one can point and still mean it, as a share of the width. */
const pointerTolerance = 0.02;

/** One canvas strip in `host`, as wide as that is. Draws when the schedule says so. */
export function createStripChart<Column extends string>(
  host: HTMLElement,
  options: StripOptions<Column>,
): StripChart {
  const { history, series } = options;
  const columns = series.map(({ column }) => history.columns[column]);
  const rows: TraceRows = { times: [], columns: series.map(() => []) };
  const data: uPlot.AlignedData = [rows.times, ...rows.columns];
  const labelFont = { size: labelSize, family: getComputedStyle(host).fontFamily };
  let palette: ChartPalette | undefined;
  let timeWindow: TimeWindow = '2min';
  let ceiling: number | null = null;
  let visible = true;
  let width = Math.floor(host.clientWidth);
  let drawnVersion = -1;

  const colour = (name: PaletteColour) => palette?.[name] ?? 'gray';
  const startMs = () => history.startOf(timeWindow);
  const toleranceMs = () => (history.latestMs - startMs()) * pointerTolerance;

  const plot = new uPlot(
    {
      width: Math.max(width, 1),
      height: options.height,
      legend: { show: false },
      padding: [6, 6, options.timeAxis ? 0 : 4, 0],
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { size: 7, width: 0, fill: (_, index) => seriesColour(index) },
        sync: { key: 'live', setSeries: false },
        dataIdx: pointedIndex,
      },
      scales: {
        x: { time: false, range: () => [startMs(), history.latestMs] },
        y: { range: () => [0, ceiling ?? 1] },
      },
      axes: [timeAxis(), valueAxis()],
      series: [{}, ...series.map(uPlotSeries)],
      hooks: { drawAxes: [drawDecorations], draw: [drawMarks], setCursor: [reportPoint] },
    },
    data,
    host,
  );

  function seriesColour(index: number): string {
    const own = series[index - 1];
    return own === undefined ? 'gray' : colour(own.colour);
  }

  function uPlotSeries({ mark, colour: name }: StripSeries<Column>): uPlot.Series {
    const stroke = () => colour(name);
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    switch (mark) {
      case 'level':
        return {
          stroke,
          width: 1.5,
          fill: () => translucent(colour(name), 0.16),
          ...(stepped === undefined ? {} : { paths: stepped }),
          points: { show: false },
        };
      case 'limit':
        return {
          stroke,
          width: 1,
          dash: [4, 4],
          ...(stepped === undefined ? {} : { paths: stepped }),
          points: { show: false },
        };
      case 'line':
        return {
          stroke,
          width: 1.5,
          fill: () => translucent(colour(name), 0.1),
          points: { show: false },
        };
      case 'bursts':
        return {
          stroke,
          paths: () => null,
          points: { show: false },
        };
    }
  }

  function drawDecorations(self: uPlot) {
    const spanMs = history.latestMs - startMs();
    if (options.timeAxis) {
      drawTimeLabels(self, { timeWindow, spanMs, font: labelFont, colour: colour('axis') });
    }
    // A strip that continues the one above needs no second head on the same line.
    const heads = !series.some(({ mark }) => mark === 'line');
    const shown = history.events.filter(({ atMs }) => atMs >= startMs());
    drawEvents(self, shown, { heads, colour });
  }

  function drawMarks(self: uPlot) {
    for (const [position, one] of series.entries()) {
      const draw = { bursts: drawBursts, line: drawLonely, level: drawLonely, limit: null }[
        one.mark
      ];
      draw?.(self, position + 1, unsampled(one), colour(one.colour));
    }
  }

  /** Values too short for a sample, known from the figures of their turn. */
  function unsampled({ column }: StripSeries<string>): Mark[] {
    if (column !== 'prefill' && column !== 'decode') return [];
    const start = startMs();
    return history.events.flatMap(event => {
      const value = event.kind === 'turn' ? (event.speeds?.[column] ?? null) : null;
      return event.atMs < start || value === null ? [] : [{ atMs: event.atMs, value }];
    });
  }

  function timeAxis(): uPlot.Axis {
    if (!options.timeAxis) return { show: false };
    return {
      size: timeAxisHeight,
      gap: 4,
      stroke: () => colour('axis'),
      grid: { show: false },
      ticks: { show: false },
      // The labels are drawn by `drawTimeLabels`: uPlot centres all of them and would cut the last one.
      splits: () => [],
    };
  }

  function valueAxis(): uPlot.Axis {
    return {
      size: valueAxisWidth,
      gap: 6,
      stroke: () => colour('axis'),
      font: `${labelFont.size}px ${labelFont.family}`,
      grid: { stroke: () => colour('grid'), width: 1 },
      ticks: { show: false },
      splits: () => {
        if (ceiling === null) return [0];
        return options.height < lowStrip ? [0, ceiling] : [0, ceiling / 2, ceiling];
      },
      // Under a low strip stands another one, whose top label has the place of this one's zero.
      values: (_, splits) =>
        splits.map(value =>
          value === 0 && options.height < lowStrip ? '' : options.axisLabel(value),
        ),
    };
  }

  function pointedIndex(_: uPlot, index: number, closest: number, atMs: number): number | null {
    const own = series[index - 1];
    const cells = rows.columns[index - 1];
    if (own === undefined || cells === undefined) return closest;
    if (own.mark === 'level' || own.mark === 'limit') return heldValue(rows.times, cells, atMs);
    return nearestValue(rows.times, cells, atMs, toleranceMs());
  }

  function reportPoint(self: uPlot) {
    const { left, idxs } = self.cursor;
    if (left === undefined || left < 0 || idxs === undefined) {
      options.onPoint(null);
      return;
    }
    const atMs = self.posToVal(left, 'x');
    options.onPoint({
      atRight: left * 2 > self.over.clientWidth,
      secondsAgo: (history.latestMs - atMs) / 1000,
      event: self.over.matches(':hover') ? nearestEvent(history.events, atMs, toleranceMs()) : null,
      values: series.map((_, position) => {
        const index = idxs[position + 1];
        return index === null || index === undefined
          ? null
          : (rows.columns[position]?.[index] ?? null);
      }),
    });
  }

  function draw() {
    const inView = visible && width > 0;
    if (inView) drawNow();
    drawnVersion = inView ? history.version : -1;
  }

  function drawNow() {
    if (plot.width !== width) plot.setSize({ width, height: options.height });
    const trace = history.trace(timeWindow);
    const start = startMs();
    trace.read(start, columns, rows);
    let highest: number | null = null;
    for (const column of columns) {
      const value = trace.highest(start, column);
      if (value !== null) highest = Math.max(highest ?? 0, value);
    }
    for (const one of series) {
      for (const { value } of unsampled(one)) highest = Math.max(highest ?? 0, value);
    }
    ceiling = options.ceiling(ceiling, highest);
    plot.setData(data);
  }

  onRedraw(plot.ctx.canvas, () => plot.batch(drawNow));
  const entry = options.schedule.add({ draw });
  const theme = followPalette(next => {
    palette = next;
    entry.request();
  });
  const resize = new ResizeObserver(([observed]) => {
    const next = Math.floor(observed?.contentRect.width ?? 0);
    if (next === width) return;
    width = next;
    entry.request();
  });
  resize.observe(host);
  const sight = new IntersectionObserver(observed => {
    // A panel that slides in may be reported out of view and in view at once: the last one holds.
    visible = observed.at(-1)?.isIntersecting ?? true;
    if (visible && drawnVersion !== history.version) entry.request();
  });
  sight.observe(host);

  return {
    setWindow(window) {
      timeWindow = window;
      ceiling = null;
      entry.request();
    },
    [Symbol.dispose]() {
      entry[Symbol.dispose]();
      theme[Symbol.dispose]();
      resize.disconnect();
      sight.disconnect();
      plot.destroy();
    },
  };
}
