import type { ComparedReading, FidelityReading } from './fidelity.ts';

/** A position at which a configuration expects something else than the baseline does. */
export interface WorstSpot {
  /** Counted from 0; as many predicted tokens come before it. */
  readonly position: number;
  /** What the model had read last. */
  readonly before: string;
  /** What came next in the text. */
  readonly expected: string;
  readonly baselineSays: string;
  readonly candidateSays: string;
  /** Nats. */
  readonly divergence: number;
}

const contextTokens = 12;

/**
 * The positions of the highest divergence, the worst first; none of no divergence.
 *
 * @param expected text of each token that was to be predicted
 */
export function worstSpots(
  expected: readonly string[],
  baseline: FidelityReading,
  { divergences, likeliestTexts }: ComparedReading,
  count: number,
): WorstSpot[] {
  return divergences
    .map((divergence, position) => ({ divergence, position }))
    .filter(({ divergence }) => divergence > 0)
    .toSorted((a, b) => b.divergence - a.divergence)
    .slice(0, count)
    .map(({ divergence, position }) => ({
      position,
      before: expected.slice(Math.max(0, position - contextTokens), position).join(''),
      expected: expected[position] ?? '',
      baselineSays: baseline.likeliestTexts[position] ?? '',
      candidateSays: likeliestTexts[position] ?? '',
      divergence,
    }));
}
