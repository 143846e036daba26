import uPlot from 'uplot';

/**
 * Draws a stem with a square head for every value of a series; for figures that come in bursts, such
 * as the speed of a prefill chunk. Returns false: uPlot has nothing left to draw.
 */
export function drawBursts(
  plot: uPlot,
  seriesIndex: number,
  from: number,
  to: number,
  colour: string,
): false {
  const ratio = uPlot.pxRatio;
  const base = plot.bbox.top + plot.bbox.height;
  const half = 1.75 * ratio;
  withClip(plot, ctx => {
    ctx.fillStyle = colour;
    ctx.strokeStyle = colour;
    ctx.lineWidth = ratio;
    ctx.beginPath();
    forEachValue(plot, seriesIndex, from, to, (x, y) => {
      const centre = Math.round(x) + 0.5;
      ctx.moveTo(centre, base);
      ctx.lineTo(centre, y);
      ctx.rect(centre - half, y - half, half * 2, half * 2);
    });
    ctx.globalAlpha = 0.75;
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fill();
  });
  return false;
}

/** Draws a dot for every value that has no neighbour to be joined with, and returns false. */
export function drawLonely(
  plot: uPlot,
  seriesIndex: number,
  from: number,
  to: number,
  colour: string,
): false {
  const cells = plot.data[seriesIndex];
  if (cells === undefined) return false;
  const radius = 1.75 * uPlot.pxRatio;
  withClip(plot, ctx => {
    ctx.fillStyle = colour;
    ctx.beginPath();
    forEachValue(plot, seriesIndex, from, to, (x, y, index) => {
      if (joins(cells, index, -1) || joins(cells, index, 1)) return;
      ctx.moveTo(x + radius, y);
      ctx.arc(x, y, radius, 0, Math.PI * 2);
    });
    ctx.fill();
  });
  return false;
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
  from: number,
  to: number,
  visit: (x: number, y: number, index: number) => void,
): void {
  const times = plot.data[0];
  const cells = plot.data[seriesIndex];
  for (let i = from; i <= to; i++) {
    const time = times[i];
    const value = cells?.[i];
    if (typeof time !== 'number' || typeof value !== 'number') continue;
    visit(plot.valToPos(time, 'x', true), plot.valToPos(value, 'y', true), i);
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
