import { Meter } from '@base-ui/react/meter';
import { useStore } from 'zustand';
import { type CellRun, cellRuns, cellsByKind } from '#shared/cache-map/cell-runs.ts';
import { bytesPerToken } from '#shared/kv-cache/cache-size.ts';
import { turnsLeft, typicalTurnTokens } from '#shared/metrics/cache-forecast.ts';
import { metricDefinitions } from '#shared/metrics/definitions.ts';
import {
  formatBytes,
  formatPercent,
  formatTokenCount,
  formatTokens,
  notMeasured,
} from '#shared/metrics/format.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { useChat, usePage } from '../state/page-context.tsx';
import { LegendItem } from '../ui/chart-frame.tsx';
import { Figure } from '../ui/figure.tsx';
import styles from './cache-gauge.module.css';
import { shownCells } from './cell-legend.ts';

/** What the cache reserves, what of it is used and what is left. */
export function CacheGauge({ report }: { readonly report: LoadReport }) {
  const { live } = usePage();
  const sample = useStore(live.current, state => state.sample);
  const turns = useChat(state => state.turns);
  const map = useStore(live.cells, state => state.map);
  const used = sample?.cacheUsedTokens ?? 0;
  const reserved = sample?.cacheCapacityTokens ?? 0;
  const usedBytes = sample?.cacheUsedBytes ?? null;
  const reservedBytes = sample?.cacheCapacityBytes ?? report.actual.kvBytes;
  const known = sample !== null && reserved > 0;
  const free = reserved - used;
  const freeBytes = usedBytes === null || reservedBytes === null ? null : reservedBytes - usedBytes;
  const typical = typicalTurnTokens(turns.map(turn => turn.figures));
  const left = turnsLeft(free, typical);
  const layers = report.planned.model.layers;
  const { typeK, typeV } = report.options;
  const perToken = layers === null ? null : bytesPerToken(layers, { typeK, typeV });
  const tokens = (count: number) => formatTokenCount(known ? count : null);
  const bytes = (count: number | null) => (known ? { secondary: formatBytes(count) } : {});

  return (
    <section className={styles.gauge} aria-label="Cache">
      <div className={styles.head}>
        <h3 className={styles.title}>Cache</h3>
        <Figure
          definition={metricDefinitions.fill}
          layout="inline"
          value={known ? formatPercent(used / reserved) : notMeasured}
        />
      </div>
      <Bar
        used={used}
        reserved={reserved}
        runs={known && map !== null ? cellRuns(map, used) : null}
      />
      <div className={styles.figures}>
        <Figure
          definition={metricDefinitions.cacheCapacity}
          value={tokens(reserved)}
          {...bytes(reservedBytes)}
        />
        <Figure
          definition={metricDefinitions.cacheUsed}
          label={metricDefinitions.cacheUsed.shortName}
          value={tokens(used)}
          {...bytes(usedBytes)}
        />
        <Figure
          definition={metricDefinitions.cacheFree}
          value={tokens(free)}
          {...bytes(freeBytes)}
        />
      </div>
      <div className={styles.facts}>
        <Figure
          definition={metricDefinitions.turnsLeft}
          layout="inline"
          {...(left === null
            ? { value: notMeasured }
            : { label: 'Room for', value: `about ${formatTurns(left)}` })}
        />
        <Figure
          definition={metricDefinitions.typicalTurn}
          layout="inline"
          value={formatTokenCount(typical)}
        />
        <Figure
          definition={metricDefinitions.bytesPerToken}
          layout="inline"
          value={formatBytes(perToken)}
        />
        <span className={styles.types}>
          K <b>{typeK}</b> · V <b>{typeV}</b>
        </span>
      </div>
    </section>
  );
}

interface BarProps {
  readonly used: number;
  readonly reserved: number;
  /** Null where nobody knows what the cells hold. */
  readonly runs: readonly CellRun[] | null;
}

function Bar({ used, reserved, runs }: BarProps) {
  const cells = runs === null ? null : cellsByKind(runs);
  const parts =
    cells === null
      ? [{ name: 'Used', tokens: used, colour: 'series-used' }]
      : shownCells
          .map(({ kind, ...shown }) => ({ ...shown, tokens: cells[kind] }))
          .filter(({ tokens }) => tokens > 0);
  const words = parts.map(({ name, tokens }) => `${name}: ${formatTokenCount(tokens)}`);
  return (
    <>
      <Meter.Root
        className={styles.bar}
        aria-label="Cache fill"
        value={used}
        max={Math.max(reserved, 1)}
        getAriaValueText={() => `${words.join(', ')}, of ${formatTokens(reserved)} reserved`}
      >
        {parts.map(({ name, tokens, colour }) => (
          <span
            key={name}
            className={styles.segment}
            style={{
              width: `${reserved > 0 ? (tokens / reserved) * 100 : 0}%`,
              background: `var(--${colour})`,
            }}
          />
        ))}
      </Meter.Root>
      <div className={styles.legend} aria-hidden="true">
        {parts.map(({ name, tokens, colour }) => (
          <LegendItem key={name} mark="block" colour={colour}>
            {name} {formatTokens(tokens)}
          </LegendItem>
        ))}
        <LegendItem mark="block" colour="series-free">
          Free {formatTokens(reserved - used)}
        </LegendItem>
      </div>
    </>
  );
}

function formatTurns(turns: number): string {
  return turns === 1 ? '1 turn' : `${formatTokens(turns)} turns`;
}
