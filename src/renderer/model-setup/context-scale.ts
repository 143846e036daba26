import { maxContextLength } from '#shared/model/load.ts';

/** Slider positions per doubling. */
const perOctave = 8;
const smallest = 256;
const withoutTraining = 131_072;

export interface ContextScale {
  /** Slider positions. */
  readonly min: number;
  readonly max: number;
  /** Where the trained length is, 0..1 of the way; null when the file does not say. */
  readonly trainedAt: number | null;
  positionOf(tokens: number): number;
  /** Whole multiples of 256, and exactly the trained length where that is nearest. */
  tokensAt(position: number): number;
}

/**
 * A logarithmic scale of context lengths, from 256 tokens to twice the trained length, so that the
 * range beyond it can be reached but is seen to be beyond.
 */
export function contextScale(trainedLength: number | null): ContextScale {
  const trained = trainedLength === null ? null : Math.max(trainedLength, smallest);
  const largest = Math.min(trained === null ? withoutTraining : trained * 2, maxContextLength);
  const exact = (tokens: number) => Math.log2(tokens / smallest) * perOctave;
  const max = Math.ceil(exact(largest));
  return {
    min: 0,
    max,
    trainedAt: trained === null ? null : exact(trained) / max,
    positionOf: tokens => Math.max(0, Math.min(max, Math.round(exact(Math.max(tokens, smallest))))),
    tokensAt(position) {
      if (trained !== null && Math.round(exact(trained)) === position) return trained;
      const tokens = smallest * 2 ** (position / perOctave);
      return Math.min(maxContextLength, Math.round(tokens / smallest) * smallest);
    },
  };
}
