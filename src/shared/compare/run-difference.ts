import type { ComparisonResult } from './comparison.ts';
import { type Configuration, configurationNames, configurationSchema } from './configuration.ts';
import type { FidelityFigures } from './fidelity.ts';
import { differenceObstacles } from './run-obstacles.ts';
import { rangesTouch, type SampleStatistics, tellingSamples } from './sample-statistics.ts';
import type { SpeedFigures } from './speed.ts';

/** Two runs held against each other. */
export interface RunDifference {
  /** Those that both runs have, in the order of the first. */
  readonly configurations: readonly ConfigurationDifference[];
  /** What else is not the same, so that the figures do not compare; a sentence each. */
  readonly obstacles: readonly string[];
}

export interface ConfigurationDifference {
  readonly name: string;
  readonly configuration: Configuration;
  /** At each depth that both have figures of. */
  readonly depths: readonly DepthDifference[];
  /** Null where it was not measured; the baseline itself has none. */
  readonly fidelity: {
    readonly first: FidelityFigures | null;
    readonly second: FidelityFigures | null;
  };
}

/** A figure that one of both has not measured is null. */
export interface DepthDifference {
  readonly depthTokens: number;
  /** Tokens per second. */
  readonly decode: FigureDifference | null;
  readonly prefill: FigureDifference | null;
  /** Milliseconds. */
  readonly ttft: FigureDifference | null;
}

export interface FigureDifference {
  readonly first: SampleStatistics;
  readonly second: SampleStatistics;
  /** The second by the first, of their medians. */
  readonly ratio: number;
  /** Whether no sample of one lies among those of the other; null where they are too few to tell. */
  readonly isMeasurable: boolean | null;
}

interface Pair {
  readonly configuration: Configuration;
  /** Places in the two runs. */
  readonly first: number;
  readonly second: number;
}

export function runDifference(first: ComparisonResult, second: ComparisonResult): RunDifference {
  const pairs = pairsOf(first.configurations, second.configurations);
  const names = configurationNames(pairs.map(({ configuration }) => configuration));
  const configurations = pairs.map((pair, index) => ({
    name: names[index] ?? '',
    configuration: pair.configuration,
    depths: depthDifferences(speedsOf(first, pair.first), speedsOf(second, pair.second)),
    fidelity: {
      first: fidelityOf(first, pair.first),
      second: fidelityOf(second, pair.second),
    },
  }));
  const obstacles = differenceObstacles(
    first,
    second,
    pairs.map((pair, index) => ({ ...pair, name: names[index] ?? '' })),
  );
  return { configurations, obstacles };
}

/** Of several that are the same in one run, each goes with another one of the other run. */
function pairsOf(first: readonly Configuration[], second: readonly Configuration[]): Pair[] {
  const left = second.map((configuration, index) => ({ key: keyOf(configuration), index }));
  return first.flatMap((configuration, index) => {
    const found = left.findIndex(({ key }) => key === keyOf(configuration));
    const [partner] = found === -1 ? [] : left.splice(found, 1);
    return partner === undefined ? [] : [{ configuration, first: index, second: partner.index }];
  });
}

/** The schema puts the keys into one order. */
function keyOf(configuration: Configuration): string {
  return JSON.stringify(configurationSchema.parse(configuration));
}

function speedsOf({ speed }: ComparisonResult, index: number): readonly SpeedFigures[] {
  const each = speed?.configurations[index];
  return each?.outcome === 'measured' ? each.depths : [];
}

function fidelityOf({ fidelity }: ComparisonResult, index: number): FidelityFigures | null {
  const each = fidelity?.configurations[index];
  if (each?.outcome !== 'measured') return null;
  const { perplexity, klDivergence, top1Agreement, top1Changes } = each;
  return { perplexity, klDivergence, top1Agreement, top1Changes };
}

function depthDifferences(
  first: readonly SpeedFigures[],
  second: readonly SpeedFigures[],
): DepthDifference[] {
  return first.flatMap(one => {
    const other = second.find(({ depthTokens }) => depthTokens === one.depthTokens);
    if (other === undefined) return [];
    const rate = (part: 'decode' | 'prefill') =>
      figureDifference(one[part]?.tokensPerSecond, other[part]?.tokensPerSecond);
    return [
      {
        depthTokens: one.depthTokens,
        decode: rate('decode'),
        prefill: rate('prefill'),
        ttft: figureDifference(one.ttftMs, other.ttftMs),
      },
    ];
  });
}

function figureDifference(
  first: SampleStatistics | null | undefined,
  second: SampleStatistics | null | undefined,
): FigureDifference | null {
  if (first == null || second == null) return null;
  const samples = Math.min(first.samples.length, second.samples.length);
  return {
    first,
    second,
    ratio: second.median / first.median,
    isMeasurable: samples < tellingSamples ? null : !rangesTouch(first, second),
  };
}
