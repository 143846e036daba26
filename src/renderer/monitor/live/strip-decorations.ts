import uPlot from 'uplot';
import { timeAgoLabel } from '#shared/metrics/axis-scale.ts';
import { type HistoryEvent, signsOf } from '#shared/metrics/history-event.ts';
import type { TimeWindow } from '#shared/metrics/telemetry-history.ts';
import { eventShapes } from '../../ui/event-shapes.ts';
import { type PaletteColour, translucent } from './chart-palette.ts';
import { signColours } from './event-colours.ts';

/** CSS pixels. */
const narrowChart = 260;
/** Labels along the time axis: as many as give whole seconds or minutes. */
const timeParts: Readonly<Record<TimeWindow, { narrow: number; wide: number }>> = {
  '30s': { narrow: 3, wide: 3 },
  '2min': { narrow: 2, wide: 4 },
  '10min': { narrow: 2, wide: 5 },
  all: { narrow: 2, wide: 4 },
};

interface TimeLabels {
  readonly timeWindow: TimeWindow;
  /** From the left edge to the newest sample. */
  readonly spanMs: number;
  readonly font: { readonly size: number; readonly family: string };
  readonly colour: string;
}

/** Writes how long ago below the plot; the newest label ends at the right edge. */
export function drawTimeLabels({ ctx, bbox, width }: uPlot, labels: TimeLabels): void {
  const { timeWindow, spanMs, font, colour } = labels;
  const ratio = uPlot.pxRatio;
  const parts = timeParts[timeWindow][width < narrowChart ? 'narrow' : 'wide'];
  ctx.save();
  ctx.font = `${font.size * ratio}px ${font.family}`;
  ctx.fillStyle = colour;
  ctx.textBaseline = 'top';
  for (let part = 1; part <= parts; part++) {
    ctx.textAlign = part === parts ? 'right' : 'center';
    ctx.fillText(
      timeAgoLabel((spanMs * (parts - part)) / parts / 1000),
      bbox.left + (bbox.width * part) / parts,
      bbox.top + bbox.height + 6 * ratio,
    );
  }
  ctx.restore();
}

interface EventStyle {
  /** Whether each line carries its signs at the top. */
  readonly heads: boolean;
  colour(name: PaletteColour): string;
}

/** Between the signs of one line. */
const signGap = 2;

/** Draws a vertical line for every event: solid where a model came, which ended all before it. */
export function drawEvents(
  plot: uPlot,
  events: readonly HistoryEvent[],
  { heads, colour }: EventStyle,
): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  for (const event of events) {
    const x = Math.round(plot.valToPos(event.atMs, 'x', true)) + 0.5;
    const isLoad = event.kind === 'load';
    ctx.strokeStyle = translucent(colour('cursor'), isLoad ? 0.9 : 0.55);
    ctx.setLineDash(isLoad ? [] : [2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (heads) drawSigns(ctx, event, x, bbox.top, colour);
  }
  ctx.restore();
}

/** One below the other, from the top of the line. */
function drawSigns(
  ctx: CanvasRenderingContext2D,
  event: HistoryEvent,
  x: number,
  top: number,
  colour: EventStyle['colour'],
): void {
  const ratio = uPlot.pxRatio;
  let below = 0;
  for (const sign of signsOf(event)) {
    const { width, height, path } = eventShapes[sign];
    ctx.save();
    ctx.fillStyle = colour(signColours[sign]);
    ctx.translate(x, top);
    ctx.scale(ratio, ratio);
    ctx.translate(-width / 2, below);
    ctx.fill(new Path2D(path));
    ctx.restore();
    below += height + signGap;
  }
}
