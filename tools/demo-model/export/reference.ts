import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Positions of which the trainer's own figures are kept. */
export const REFERENCE_POSITIONS = 1000;
/** Tokens of each position: the likeliest, and some spread over the vocabulary. */
const LIKELIEST = 4;
const SPREAD = 4;

/**
 * What the trainer computes with the very weights that were exported, at some tokens of many
 * positions. Logits are kept as natural logarithms of probabilities: the same but for a constant of
 * each position that no sampler sees, and what llama.cpp's bindings give back.
 */
const referenceSchema = z.object({
  tokens: z.array(z.int().nonnegative()),
  positions: z.array(z.array(z.tuple([z.int().nonnegative(), z.number()]))),
});
export type Reference = z.infer<typeof referenceSchema>;

export async function readReference(path: string): Promise<Reference> {
  return referenceSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** @param logits one row of the whole vocabulary after every token */
export function referenceOf(tokens: readonly number[], logits: Float32Array): Reference {
  const size = logits.length / tokens.length;
  return {
    tokens: [...tokens],
    positions: tokens.map((_, position) => {
      const row = logits.subarray(position * size, (position + 1) * size);
      return chosenTokens(row, position).map(token => [
        token,
        Number(logProbability(row, token).toFixed(6)),
      ]);
    }),
  };
}

function chosenTokens(row: Float32Array, position: number): number[] {
  const likeliest = Array.from(row.keys())
    .sort((one, other) => (row[other] ?? 0) - (row[one] ?? 0))
    .slice(0, LIKELIEST);
  // Another part of the vocabulary at every position, so that together they cover all of it.
  const spread = Array.from(
    { length: SPREAD },
    (_, index) => (position * SPREAD + index * 761) % row.length,
  );
  return [...new Set([...likeliest, ...spread])];
}

function logProbability(row: Float32Array, token: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of row) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of row) sum += Math.exp(value - largest);
  return (row[token] ?? Number.NaN) - largest - Math.log(sum);
}
