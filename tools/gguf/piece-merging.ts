interface MergingWord {
  parts: string[];
  readonly weight: number;
}

export interface MergeLimits {
  /** Pieces to make at most. */
  readonly pieces: number;
  /** A pair of neighbours that weighs less is not joined. */
  readonly weight: number;
}

/**
 * Byte-pair merging: joins the heaviest neighbouring pair over and over, within words only, until a
 * limit is reached or every word is a single piece (Sennrich et al., 2016).
 *
 * With scores that fall in the order of the result, joining greedily by score, as llama.cpp's
 * tokenizer of type `llama` does, arrives at the same pieces as the merging did.
 *
 * @param words each with its weight, in an order that breaks ties: the first of the heaviest wins
 */
export function mergedPieces(
  words: ReadonlyMap<string, number>,
  limits: MergeLimits = { pieces: Number.POSITIVE_INFINITY, weight: 1 },
): string[] {
  const merging: MergingWord[] = Array.from(words, ([word, weight]) => ({
    parts: Array.from(word),
    weight,
  }));
  const pairs = new Map<string, { weight: number; readonly holders: Set<MergingWord> }>();
  const count = (word: MergingWord, sign: 1 | -1): void => {
    for (let index = 0; index + 1 < word.parts.length; index++) {
      const pair = `${word.parts[index]} ${word.parts[index + 1]}`;
      const entry = pairs.get(pair) ?? { weight: 0, holders: new Set() };
      entry.weight += sign * word.weight;
      if (sign === 1) entry.holders.add(word);
      pairs.set(pair, entry);
    }
  };
  for (const word of merging) count(word, 1);

  const pieces = new Set<string>();
  while (pieces.size < limits.pieces) {
    const pair = heaviest(pairs, limits.weight);
    if (pair === undefined) break;
    const [left = '', right = ''] = pair.split(' ');
    pieces.add(left + right);
    for (const word of pairs.get(pair)?.holders ?? []) {
      count(word, -1);
      word.parts = joined(word.parts, left, right);
      count(word, 1);
    }
    pairs.delete(pair);
  }
  return [...pieces];
}

function heaviest(
  pairs: ReadonlyMap<string, { readonly weight: number }>,
  minimum: number,
): string | undefined {
  let best: string | undefined;
  let bestWeight = 0;
  for (const [pair, { weight }] of pairs) {
    if (weight >= minimum && weight > bestWeight) {
      best = pair;
      bestWeight = weight;
    }
  }
  return best;
}

function joined(parts: readonly string[], left: string, right: string): string[] {
  const result: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? '';
    if (part === left && parts[index + 1] === right) {
      result.push(left + right);
      index++;
    } else {
      result.push(part);
    }
  }
  return result;
}
