import { formatTokenCount } from '../metrics/format.ts';
import type { ComparisonResult } from './comparison.ts';
import { configurationNames } from './configuration.ts';
import { firstDivergence } from './first-divergence.ts';

export type OutputsComparison = Pick<ComparisonResult, 'configurations' | 'outputs'>;

/** An answer held against that of the first configuration. */
export interface ComparedOutput {
  readonly name: string;
  /** Its place in the request. */
  readonly index: number;
  /** Texts of its tokens. */
  readonly tokens: readonly string[];
  readonly ended: boolean;
  /** Index of the first token that is another one; null where all are the same, or there is no other answer. */
  readonly firstDivergence: number | null;
}

/** Those that were written. */
export function comparedOutputs({ configurations, outputs }: OutputsComparison): ComparedOutput[] {
  const names = configurationNames(configurations);
  const [first] = outputs?.configurations ?? [];
  const reference = first?.outcome === 'measured' ? first.tokens : null;
  return (outputs?.configurations ?? []).flatMap((each, index) => {
    if (each.outcome === 'failed') return [];
    const { tokens, ended } = each;
    const divergence = reference === null ? null : firstDivergence(reference, tokens);
    return [{ name: names[index] ?? '', index, tokens, ended, firstDivergence: divergence }];
  });
}

/** How long each configuration writes the same as the first, a sentence each where that wrote anything. */
export function outputSentences(result: OutputsComparison): string[] {
  const written = comparedOutputs(result);
  const [first, ...others] = written;
  return [
    ...(first?.index === 0 ? others.map(each => sentence(each, first.name)) : []),
    ...(written.some(({ index }) => result.configurations[index]?.keepsCache === false)
      ? ['Without a cache nothing is rounded: its answer was written with an f16 cache.']
      : []),
  ];
}

function sentence({ name, tokens, firstDivergence }: ComparedOutput, reference: string): string {
  if (firstDivergence === null) {
    return `${name} writes the same ${formatTokenCount(tokens.length)} as ${reference}.`;
  }
  return firstDivergence === 0
    ? `${name} differs from ${reference} from the first token on.`
    : `${name} writes the same as ${reference} for ${formatTokenCount(firstDivergence)}, then differs.`;
}
