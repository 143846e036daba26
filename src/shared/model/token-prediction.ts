import { z } from 'zod';
import type { ModelLayer } from './model-layer.ts';

/**
 * `input-lookup`: where the answer repeats the prompt, what follows there is guessed, and several tokens
 * are checked in one step. What is guessed wrong is erased from the end of the cells.
 */
export const tokenPredictions = ['off', 'input-lookup'] as const;
export const tokenPredictionSchema = z.enum(tokenPredictions);
export type TokenPrediction = z.infer<typeof tokenPredictionSchema>;

/**
 * Why a model cannot have its tokens predicted, in plain words; null where it can. A recurrent state
 * knows only its end: a wrong guess could not be taken back.
 *
 * @param layers null where the architecture is not understood
 */
export function predictionRefusal(layers: readonly ModelLayer[] | null): string | null {
  if (layers === null) {
    return 'It is not known whether a wrong guess could be taken back with this architecture.';
  }
  return layers.some(({ recurrent }) => recurrent !== null)
    ? 'This model keeps a recurrent state, from which a wrong guess cannot be taken back.'
    : null;
}
