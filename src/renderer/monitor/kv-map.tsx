import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { CacheMap, CellGap } from '#shared/cache-map/cache-map.ts';
import { type CellRun, cellRuns, describeRun, runAt } from '#shared/cache-map/cell-runs.ts';
import { formatTokens } from '#shared/metrics/format.ts';
import type { SnapshotState } from '#shared/snapshot/snapshot-state.ts';
import { createLatestAnswer } from '../state/latest-answer.ts';
import { useApp, usePage } from '../state/page-context.tsx';
import { LegendItem } from '../ui/chart-frame.tsx';
import { shownCells } from './cell-legend.ts';
import styles from './kv-map.module.css';
import { type CellCanvas, createCellCanvas } from './live/cell-canvas.ts';

/** The cells of the sequence, coloured by what they hold; pointing at some shows their text. */
export function KvMap() {
  const { live } = usePage();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cells = useRef<CellCanvas | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const pointedNow = useRef<number | null>(null);
  const sample = useStore(live.current, state => state.sample);
  const reported = useStore(live.cells, state => state.map);
  const isKept = useApp(app => isOnDisk(app.snapshots, reported));
  const map = isKept ? reported : withoutSaved(reported);
  const saved = useRef(0);
  saved.current = map?.savedTokens ?? 0;
  const used = sample?.cacheUsedTokens ?? 0;
  const capacity = sample?.cacheCapacityTokens ?? 0;

  useEffect(() => {
    if (canvas.current === null || host.current === null) return;
    const drawn = createCellCanvas(
      canvas.current,
      host.current,
      {
        map: () => live.cells.getState().map,
        usedTokens: () => live.history.latest?.cacheUsedTokens ?? 0,
        capacityTokens: () => live.history.latest?.cacheCapacityTokens ?? 0,
        savedTokens: () => saved.current,
        pointed: () => pointedNow.current,
      },
      live.schedule,
    );
    cells.current = drawn;
    return () => drawn[Symbol.dispose]();
  }, [live]);

  const point = (block: number | null) => {
    pointedNow.current = block;
    setPointed(block);
    cells.current?.request();
  };
  const perBlock = cells.current?.grid?.cellsPerBlock ?? 1;
  const range =
    pointed === null
      ? null
      : { start: pointed * perBlock, end: Math.min((pointed + 1) * perBlock, capacity) };

  return (
    <section className={styles.map} aria-labelledby="kv-map-title">
      <h3 id="kv-map-title" className={styles.title}>
        KV map
      </h3>
      {/* biome-ignore lint/a11y/useSemanticElements: a canvas is no fieldset */}
      <div
        ref={host}
        role="group"
        aria-label={`Cells: ${formatTokens(used)} of ${formatTokens(capacity)} filled. Arrow keys go from cell to cell.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its cells are walked with the arrow keys
        tabIndex={0}
        className={styles.host}
        onPointerMove={event => point(blockUnder(event, cells.current))}
        onPointerLeave={() => point(null)}
        onBlur={() => point(null)}
        onKeyDown={event => {
          const next = blockAfter(event, pointed, cells.current, capacity);
          if (next !== undefined) point(next);
        }}
      >
        <canvas ref={canvas} />
      </div>
      {range === null ? (
        <Legend runs={map === null ? [] : cellRuns(map, used)} map={map} />
      ) : (
        <Cells range={range} map={map} used={used} />
      )}
    </section>
  );
}

/** The engine does not hear of a snapshot that was deleted. */
function isOnDisk(snapshots: SnapshotState | null, map: CacheMap | null): boolean {
  const kept = snapshots?.kept ?? [];
  return kept.some(({ conversationId }) => conversationId === map?.conversationId);
}

function withoutSaved(map: CacheMap | null): CacheMap | null {
  return map === null || map.savedTokens === 0 ? map : { ...map, savedTokens: 0 };
}

function blockUnder(event: PointerEvent<HTMLElement>, cells: CellCanvas | null): number | null {
  const grid = cells?.grid ?? null;
  if (grid === null) return null;
  const box = event.currentTarget.getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) / grid.pitch);
  const row = Math.floor((event.clientY - box.top) / grid.pitch);
  if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
  return row * grid.columns + column;
}

/** Undefined where the key means nothing here. */
function blockAfter(
  event: KeyboardEvent<HTMLElement>,
  pointed: number | null,
  cells: CellCanvas | null,
  capacity: number,
): number | null | undefined {
  const grid = cells?.grid ?? null;
  if (grid === null) return undefined;
  if (event.key === 'Escape') return pointed === null ? undefined : null;
  const blocks = Math.ceil(capacity / grid.cellsPerBlock);
  const step = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: grid.columns,
    ArrowUp: -grid.columns,
    Home: -blocks,
    End: blocks,
  }[event.key];
  if (step === undefined) return undefined;
  event.preventDefault();
  return Math.max(0, Math.min(blocks - 1, pointed === null ? 0 : pointed + step));
}

interface CellsProps {
  readonly range: { readonly start: number; readonly end: number };
  readonly map: CacheMap | null;
  readonly used: number;
}

/** What the cells that are pointed at hold: of what, and their text. */
function Cells({ range, map, used }: CellsProps) {
  const { connection } = usePage();
  const revision = map?.revision ?? null;
  const [texts] = useState(() =>
    createLatestAnswer((request: { revision: number; start: number; end: number }) =>
      connection.call('cache.texts', request),
    ),
  );
  const answer = useStore(texts.store);
  const { start } = range;
  const end = Math.min(range.end, used, start + 512);
  const key = revision === null || end <= start ? null : [revision, start, end].join();
  useEffect(() => {
    texts.want(key, revision === null ? null : { revision, start, end });
  }, [texts, key, revision, start, end]);

  const run = map === null ? null : runAt(cellRuns(map, used), start);
  const place =
    range.end - start === 1
      ? `Cell ${formatTokens(start)}`
      : `Cells ${formatTokens(start)}–${formatTokens(range.end - 1)}`;
  const gap = map?.gaps.find(({ position }) => position >= start && position < range.end);
  return (
    <div className={styles.detail} role="status">
      <p>
        {place}
        {run !== null && `: ${describeRun(run)}`}
        {map !== null && run !== null && run.kind !== 'free' && originText(run, map, start)}
        {gap !== undefined && `; ${gapText(gap)} before it`}
      </p>
      {answer.key === key && answer.value !== null && (
        <p className={styles.text}>{answer.value.join('').replaceAll('\n', '⏎')}</p>
      )}
    </div>
  );
}

function originText({ isFresh }: CellRun, { savedTokens }: CacheMap, cell: number): string {
  const origin = isFresh ? ', computed this turn' : ', kept from before';
  return cell < savedTokens ? `${origin}, also on the disk` : origin;
}

function gapText({ turns }: CellGap): string {
  return turns === 1 ? '1 turn was left out' : `${formatTokens(turns)} turns were left out`;
}

interface LegendProps {
  readonly runs: readonly CellRun[];
  readonly map: CacheMap | null;
}

function Legend({ runs, map }: LegendProps) {
  if (map === null) {
    return <p className={styles.note}>The first turn fills it.</p>;
  }
  const kept = count(runs, run => !run.isFresh && run.kind !== 'free');
  const fresh = count(runs, run => run.isFresh && run.kind !== 'answer');
  return (
    <div className={styles.legend}>
      {shownCells
        .filter(({ kind }) => runs.some(run => run.kind === kind))
        .map(({ kind, colour, name }) => (
          <LegendItem key={kind} mark="block" colour={colour}>
            {name}
          </LegendItem>
        ))}
      <span>
        pale: {formatTokens(kept)} kept; full: {formatTokens(fresh)} read this turn
      </span>
      {map.savedTokens > 0 && (
        <LegendItem mark="corner" colour="chart-cursor">
          {formatTokens(map.savedTokens)} on the disk
        </LegendItem>
      )}
      {map.gaps.map(gap => (
        <LegendItem key={gap.position} mark="gap" colour="chart-cursor">
          {gapText(gap)}
        </LegendItem>
      ))}
    </div>
  );
}

function count(runs: readonly CellRun[], wanted: (run: CellRun) => boolean): number {
  return runs.filter(wanted).reduce((sum, { start, end }) => sum + end - start, 0);
}
