import uPlot from 'uplot';

/** A value that is not among those of its series. */
export interface Mark {
  /** Session time. */
  readonly atMs: number;
  readonly value: number;
}

/**
 * Draws a stem with a square head for every value of a series; for figures that come in bursts, such
 * as the speed of a prefill chunk.
 */
export function drawBursts(
  plot: uPlot,
  seriesIndex: number,
  others: readonly Mark[],
  colour: string,
): void {
  const ratio = uPlot.pxRatio;
  const base = plot.bbox.top + plot.bbox.height;
  const half = 1.75 * ratio;
  withClip(plot, ctx => {
    ctx.fillStyle = colour;
    ctx.strokeStyle = colour;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    const burst = (x: number, y: number) => {
      const centre = Math.round(x) + 0.5;
      ctx.moveTo(centre, base);
      ctx.lineTo(centre, y);
      ctx.rect(centre - half, y - half, half * 2, half * 2);
    };
    forEachValue(plot, seriesIndex, burst);
    forEachMark(plot, others, burst);
    ctx.globalAlpha = 0.75;
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fill();
  });
}

/** Draws a dot for every value that has no neighbour to be joined with. */
export function drawLonely(
  plot: uPlot,
  seriesIndex: number,
  others: readonly Mark[],
  colour: string,
): void {
  const cells = plot.data[seriesIndex];
  if (cells === undefined) return;
  const radius = 1.75 * uPlot.pxRatio;
  withClip(plot, ctx => {
    ctx.fillStyle = colour;
    ctx.beginPath();
    const dot = (x: number, y: number) => {
      ctx.moveTo(x + radius, y);
      ctx.arc(x, y, radius, 0, Math.PI * 2);
    };
    forEachValue(plot, seriesIndex, (x, y, index) => {
      if (!joins(cells, index, -1) && !joins(cells, index, 1)) dot(x, y);
    });
    forEachMark(plot, others, dot);
    ctx.fill();
  });
}

/** Whether the nearest cell in that direction that says anything is a value. */
function joins(cells: ArrayLike<number | null | undefined>, index: number, step: 1 | -1): boolean {
  let at = index + step;
  while (at >= 0 && at < cells.length && cells[at] === undefined) at += step;
  return typeof cells[at] === 'number';
}

function forEachValue(
  plot: uPlot,
  seriesIndex: number,
  visit: (x: number, y: number, index: number) => void,
): void {
  const times = plot.data[0];
  const cells = plot.data[seriesIndex];
  for (let i = 0; i < times.length; i++) {
    const time = times[i];
    const value = cells?.[i];
    if (typeof time !== 'number' || typeof value !== 'number') continue;
    visit(plot.valToPos(time, 'x', true), plot.valToPos(value, 'y', true), i);
  }
}

function forEachMark(
  plot: uPlot,
  marks: readonly Mark[],
  visit: (x: number, y: number) => void,
): void {
  for (const { atMs, value } of marks) {
    visit(plot.valToPos(atMs, 'x', true), plot.valToPos(value, 'y', true));
  }
}

function withClip(plot: uPlot, draw: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}
