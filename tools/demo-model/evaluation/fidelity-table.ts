import type { Fidelity } from './fidelity.ts';

/** A Markdown table, one line a pair of types. */
export function describeFidelity(fidelity: readonly Fidelity[]): string {
  return [
    '| K | V | KL mean | KL p99 | KL max | same first token | perplexity |',
    '|---|---|---|---|---|---|---|',
    ...fidelity.map(
      ({ typeK, typeV, klDivergence: { mean, p99, max }, top1Agreement, perplexity }) =>
        `| ${typeK} | ${typeV} | ${mean.toExponential(1)} | ${p99.toExponential(1)} | ` +
        `${max.toExponential(1)} | ${(100 * top1Agreement).toFixed(2)} % | ${perplexity.toFixed(3)} |`,
    ),
  ].join('\n');
}
