import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { isFromCache, memoryLimit } from '#shared/compare/roofline.ts';
import type { SampleStatistics } from '#shared/compare/sample-statistics.ts';
import type { SpeedFigures } from '#shared/compare/speed.ts';
import { shortCount } from '#shared/metrics/axis-scale.ts';
import styles from './result-view.module.css';
import { seriesColour } from './series-colour.ts';
import { SpreadChart, type SpreadSeries } from './spread-chart.tsx';

export interface SpeedChartsProps {
  readonly result: ComparisonResult;
  readonly names: readonly string[];
}

const depthName = 'Tokens in the cache';

/** Reading and writing over depth. */
export function SpeedCharts({ result, names }: SpeedChartsProps) {
  const places = result.speed?.series.depths ?? [];
  const decode = seriesOf(result, names, figures => figures.decode?.tokensPerSecond ?? null);
  const prefill = seriesOf(result, names, figures => figures.prefill?.tokensPerSecond ?? null);
  return (
    <div className={styles.charts}>
      {decode.length > 0 && (
        <SpreadChart
          title="Decode speed over depth, tokens/s"
          placeName={depthName}
          places={places}
          series={decode.map(each => ({ ...each, ...limitsOf(result, each.index) }))}
          limitName="limit of the memory"
          valueText={shortCount}
        />
      )}
      {prefill.length > 0 && (
        <SpreadChart
          title="Prefill speed over depth, tokens/s"
          placeName={depthName}
          places={places}
          series={prefill}
          valueText={shortCount}
        />
      )}
    </div>
  );
}

interface NumberedSeries extends SpreadSeries {
  /** Its place in the run. */
  readonly index: number;
}

/** What the memory allows at each depth; nothing where the decode does not come from memory. */
function limitsOf({ speed, facts }: ComparisonResult, index: number): Pick<SpreadSeries, 'limits'> {
  const each = speed?.configurations[index];
  if (each?.outcome !== 'measured') return {};
  const limits = each.depths.map(figures => memoryLimit(figures, facts.memoryBandwidth));
  const inMemory = limits.some(limit => limit !== null) && !limits.some(isInCache);
  return inMemory ? { limits: limits.map(limit => limit?.tokensPerSecond ?? null) } : {};
}

function isInCache(limit: ReturnType<typeof memoryLimit>): boolean {
  return limit !== null && isFromCache(limit);
}

/** Those that were measured, in the colours of their places in the run. */
function seriesOf(
  { speed }: ComparisonResult,
  names: readonly string[],
  value: (figures: SpeedFigures) => SampleStatistics | null,
): NumberedSeries[] {
  return (speed?.configurations ?? []).flatMap((each, index) => {
    if (each.outcome === 'failed') return [];
    const values = each.depths.map(value);
    return values.every(sample => sample === null)
      ? []
      : [{ index, name: names[index] ?? '', colour: seriesColour(index), values }];
  });
}
