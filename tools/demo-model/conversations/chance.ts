import { seededRandom } from '../../gguf/seeded-random.ts';

/** Decisions that depend on a seed and a name alone. */
export interface Chance {
  /** True with this probability. */
  happens(probability: number): boolean;
  /** A whole number from 0 up to, not including, the limit. */
  below(limit: number): number;
  /** One of several, all equally likely. @throws RangeError where there is none */
  pick<T>(values: readonly T[]): T;
  /** Puts the values into another order, in place. */
  shuffle<T>(values: T[]): void;
}

export function createChance(seed: number, stream: string): Chance {
  const random = seededRandom(seed, stream);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  return {
    happens: probability => random.next() < probability,
    below,
    pick(values) {
      if (values.length === 0) throw new RangeError('There is nothing to pick from.');
      return values[below(values.length)] as (typeof values)[number];
    },
    shuffle(values) {
      // Fisher and Yates.
      for (let index = values.length - 1; index > 0; index--) {
        const other = below(index + 1);
        const moved = values[index] as (typeof values)[number];
        values[index] = values[other] as (typeof values)[number];
        values[other] = moved;
      }
    },
  };
}
