import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { formatBytes, formatTokens } from '#shared/metrics/format.ts';
import { BarChart, type NamedValue } from './bar-chart.tsx';
import { seriesColour } from './series-colour.ts';

export interface MemoryBarsProps {
  readonly result: ComparisonResult;
  readonly names: readonly string[];
}

/** What each cache takes. */
export function MemoryBars({ result, names }: MemoryBarsProps) {
  const lengths = new Set<number>();
  const bars = names.flatMap((name, index): NamedValue[] => {
    if (!(result.configurations[index]?.keepsCache ?? true)) return [];
    const reserved = reservedOf(result, index);
    if (reserved === null) return [];
    lengths.add(reserved.contextLength);
    return [{ name, colour: seriesColour(index), value: reserved.kvBytes }];
  });
  const [length, ...others] = lengths;
  if (bars.length === 0 || length === undefined) return null;
  const context =
    others.length === 0
      ? ` for ${formatTokens(length)} tokens`
      : ', for contexts of different lengths';
  return (
    <BarChart
      title={`Memory of the cache${context}, as llama.cpp reported it`}
      valueName="Reserved"
      bars={bars}
      valueText={formatBytes}
    />
  );
}

interface Reserved {
  readonly kvBytes: number | null;
  readonly contextLength: number;
}

/** From whichever part has loaded it; of the baseline of fidelity as well. */
function reservedOf({ speed, fidelity }: ComparisonResult, index: number): Reserved | null {
  const measured = speed?.configurations[index];
  if (measured?.outcome === 'measured') {
    const { actual, contextLength } = measured.report;
    return { kvBytes: actual.kvBytes, contextLength };
  }
  if (fidelity === null) return null;
  const read = fidelity.configurations[index];
  if (read === null) return fidelity.baseline;
  return read?.outcome === 'measured' ? read : null;
}
