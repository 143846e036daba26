import type { CacheMap } from '#shared/cache-map/cache-map.ts';
import { blockRuns, type CellGrid, cellGrid } from '#shared/cache-map/cell-grid.ts';
import { type CellRun, cellRuns } from '#shared/cache-map/cell-runs.ts';
import {
  type ChartPalette,
  followPalette,
  type PaletteColour,
  translucent,
} from './chart-palette.ts';
import type { DrawSchedule } from './draw-schedule.ts';

/** What there is to draw, asked for with every frame. */
export interface CellSource {
  /** Null: nothing is known of the cells but how many there are. */
  map(): CacheMap | null;
  usedTokens(): number;
  capacityTokens(): number;
  /** Tokens, from the first on, that are on the disk. */
  savedTokens(): number;
  /** The block that is pointed at. */
  pointed(): number | null;
}

export interface CellCanvas extends Disposable {
  /** As drawn last. */
  readonly grid: CellGrid | null;
  request(): void;
}

const height = 148;

const colours: Readonly<Record<CellRun['kind'], PaletteColour>> = {
  free: 'free',
  template: 'template',
  system: 'system',
  history: 'history',
  prompt: 'prompt',
  answer: 'answer',
  reasoning: 'reasoning',
};

/** Of marks on cells that are drawn smaller: pixels. */
const leastMark = 8;

/** What was kept is paler than what was computed; turns next to each other differ a little. */
const keptOpacity = [0.5, 0.72] as const;

/**
 * Draws the cells of the sequence into `canvas`, as wide as its parent. A longer answer only draws the
 * blocks that it has reached.
 */
export function createCellCanvas(
  canvas: HTMLCanvasElement,
  host: HTMLElement,
  source: CellSource,
  schedule: DrawSchedule,
): CellCanvas {
  let palette: ChartPalette | undefined;
  let grid: CellGrid | null = null;
  /** What is on the canvas: as long as this holds, only later blocks differ. */
  let drawn = { key: '', used: 0, pointed: -1 };

  const entry = schedule.add({ draw });
  const followed = followPalette(next => {
    palette = next;
    drawn = { ...drawn, key: '' };
    entry.request();
  });
  const resized = new ResizeObserver(() => entry.request());
  resized.observe(host);

  function draw(): void {
    const width = Math.floor(host.clientWidth);
    const capacity = source.capacityTokens();
    const context = canvas.getContext('2d');
    if (context === null || palette === undefined || width === 0 || capacity === 0) return;
    const map = source.map();
    const used = source.usedTokens();
    const pointed = source.pointed() ?? -1;
    const next = cellGrid(capacity, width, height);
    const scale = window.devicePixelRatio;
    const saved = Math.min(source.savedTokens(), used);
    const key = [map?.revision, capacity, width, scale, saved].join();
    const whole = key !== drawn.key || used < drawn.used || pointed !== drawn.pointed;
    if (whole) size(canvas, next, scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const runs = map === null ? unknownRuns(used, capacity) : cellRuns(map, used);
    const first = whole ? 0 : Math.floor(Math.max(0, drawn.used - 1) / next.cellsPerBlock);
    const last = whole ? Number.POSITIVE_INFINITY : Math.ceil(used / next.cellsPerBlock);
    for (const { block, run } of blockRuns(runs, next.cellsPerBlock, first)) {
      if (block > last) break;
      paint(context, next, block, colourOf(runs[run], palette));
    }
    if (whole) {
      markWindow(context, next, map, used, palette);
      if (pointed >= 0) outline(context, next, pointed, palette.cursor);
    }
    // Every time: the blocks beneath may have been painted anew.
    markSaved(context, next, saved, palette);
    for (const { position } of map?.gaps ?? []) markGap(context, next, position, palette);
    grid = next;
    drawn = { key, used, pointed };
  }

  return {
    get grid() {
      return grid;
    },
    request: () => entry.request(),
    [Symbol.dispose]() {
      entry[Symbol.dispose]();
      followed[Symbol.dispose]();
      resized.disconnect();
    },
  };
}

/** Setting a canvas's size clears it. */
function size(canvas: HTMLCanvasElement, { columns, rows, pitch }: CellGrid, scale: number): void {
  canvas.width = Math.round(columns * pitch * scale);
  canvas.height = Math.round(rows * pitch * scale);
  canvas.style.width = `${columns * pitch}px`;
  canvas.style.height = `${rows * pitch}px`;
}

function paint(
  context: CanvasRenderingContext2D,
  { columns, pitch }: CellGrid,
  block: number,
  colour: string,
): void {
  const x = (block % columns) * pitch;
  const y = Math.floor(block / columns) * pitch;
  // What is translucent must not add up over what was there before.
  context.clearRect(x, y, pitch, pitch);
  context.fillStyle = colour;
  context.fillRect(x, y, pitch - 1, pitch - 1);
}

function outline(
  context: CanvasRenderingContext2D,
  { columns, pitch }: CellGrid,
  block: number,
  colour: string,
): void {
  const x = (block % columns) * pitch;
  const y = Math.floor(block / columns) * pitch;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(x, y, pitch - 1, pitch - 1);
}

/** A bar in front of the first cell that sliding-window layers still look back on. */
function markWindow(
  context: CanvasRenderingContext2D,
  { columns, pitch, cellsPerBlock }: CellGrid,
  map: CacheMap | null,
  used: number,
  palette: ChartPalette,
): void {
  const window = map?.slidingWindow ?? null;
  if (window === null || used <= window) return;
  const block = Math.floor((used - window) / cellsPerBlock);
  context.fillStyle = palette.cursor;
  context.fillRect((block % columns) * pitch - 1, Math.floor(block / columns) * pitch, 2, pitch);
}

/** A corner behind the last cell that is on the disk as well. */
function markSaved(
  context: CanvasRenderingContext2D,
  { columns, pitch, cellsPerBlock }: CellGrid,
  saved: number,
  palette: ChartPalette,
): void {
  if (saved === 0) return;
  const block = Math.ceil(saved / cellsPerBlock) - 1;
  const right = ((block % columns) + 1) * pitch - 1;
  const bottom = (Math.floor(block / columns) + 1) * pitch - 1;
  context.fillStyle = palette.cursor;
  const arm = Math.max(pitch, leastMark);
  context.fillRect(right - 1, Math.max(0, bottom - arm), 2, Math.min(bottom, arm));
  context.fillRect(Math.max(0, right - arm), bottom - 1, Math.min(right, arm), 2);
}

/** Two bars in front of the cell that turns were left out before. */
function markGap(
  context: CanvasRenderingContext2D,
  { columns, pitch, cellsPerBlock }: CellGrid,
  position: number,
  palette: ChartPalette,
): void {
  const block = Math.floor(position / cellsPerBlock);
  const x = (block % columns) * pitch;
  const y = Math.floor(block / columns) * pitch;
  context.fillStyle = palette.cursor;
  for (const shift of [-3, 0]) context.fillRect(x + shift, y, 1.5, Math.max(pitch, leastMark));
}

function unknownRuns(used: number, capacity: number): CellRun[] {
  const common = { turn: null, isQuestion: false, isFresh: false };
  const runs: CellRun[] = [
    { ...common, start: 0, end: used, kind: 'history' },
    { ...common, start: used, end: capacity, kind: 'free' },
  ];
  return runs.filter(({ start, end }) => end > start);
}

function colourOf(run: CellRun | undefined, palette: ChartPalette): string {
  if (run === undefined) return palette.free;
  const { kind, isFresh, turn } = run;
  const colour = palette[colours[kind]];
  if (kind === 'free') return colour;
  return isFresh ? colour : translucent(colour, keptOpacity[(turn ?? 0) % 2 === 0 ? 0 : 1]);
}
