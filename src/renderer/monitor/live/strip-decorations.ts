import uPlot from 'uplot';
import { timeAgoLabel } from '#shared/metrics/axis-scale.ts';
import type { HistoryEvent, TimeWindow } from '#shared/metrics/telemetry-history.ts';
import { translucent } from './chart-palette.ts';

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
  /** Whether each line carries its sign at the top: a triangle for a turn, a square for a load. */
  readonly heads: boolean;
  readonly colour: string;
}

/** Draws a vertical line for every event: dashed where a turn begins, solid where a model came. */
export function drawEvents(
  plot: uPlot,
  events: readonly HistoryEvent[],
  { heads, colour }: EventStyle,
): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.fillStyle = colour;
  for (const { atMs, kind } of events) {
    const x = Math.round(plot.valToPos(atMs, 'x', true)) + 0.5;
    const isTurn = kind === 'turn';
    ctx.strokeStyle = translucent(colour, isTurn ? 0.55 : 0.9);
    ctx.setLineDash(isTurn ? [2 * ratio, 3 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (!heads) continue;
    ctx.beginPath();
    if (isTurn) {
      ctx.moveTo(x - 3 * ratio, bbox.top);
      ctx.lineTo(x + 3 * ratio, bbox.top);
      ctx.lineTo(x, bbox.top + 4 * ratio);
    } else {
      ctx.rect(x - 2 * ratio, bbox.top, 4 * ratio, 4 * ratio);
    }
    ctx.fill();
  }
  ctx.restore();
}
