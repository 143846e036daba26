import type { FitBytes, FitQuestion, FitRow } from '#shared/fit/fit.ts';
import { reservedCells } from '#shared/kv-cache/cache-size.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import type { Connection } from '../connection/connection.ts';
import type { FitSubject } from './fit-subject.ts';

/** Bytes over context lengths, a line for each of these types in K and V. */
export interface FitLines {
  readonly types: readonly CacheType[];
  readonly points: readonly FitPoint[];
}

export interface FitPoint {
  /** Tokens of one sequence. */
  readonly contextLength: number;
  /** In the order of {@link FitLines.types}. */
  readonly bytes: readonly FitBytes[];
}

const lineTypes: readonly CacheType[] = ['f32', 'f16', 'q8_0', 'q5_1', 'q4_0'];
/** Even steps, and doublings before the first of them, where sliding windows bend the line. */
const evenSteps = 12;
const doublings = 3;
const shortestAxis = 4096;

/**
 * Asks for what the chart shows: up to a little more than the longest context of any line, but not so
 * far that the lengths which are of use are lost at its left edge.
 */
export async function fitLines(
  connection: Connection,
  question: FitQuestion,
  rows: ReadonlyMap<string, FitRow>,
  subject: FitSubject | null,
): Promise<FitLines> {
  const legal = lineTypes.flatMap(type => {
    const row = rows.get(`${type}:${type}`);
    return row?.legal ? [{ type, longest: row.maxContext ?? 0 }] : [];
  });
  const types = legal.map(({ type }) => type);
  const longest = Math.max(...legal.map(row => row.longest));
  const ofUse = Math.max(shortestAxis, 4 * (subject?.trainedContextLength ?? longest));
  const lengths = axisLengths(
    Math.max(shortestAxis, Math.min(longest, ofUse), question.contextLength ?? 0) * 1.1,
  );
  const setups = lengths.flatMap(contextLength =>
    types.map(type => ({
      typeK: type,
      typeV: type,
      flashAttention: question.flashAttention !== 'off',
      contextLength,
    })),
  );
  const bytes = await connection.call('model.fitBytes', { question, setups });
  return {
    types,
    points: lengths.map((contextLength, index) => ({
      contextLength,
      bytes: bytes.slice(index * types.length, (index + 1) * types.length),
    })),
  };
}

/** Ascending multiples of the padding. */
function axisLengths(most: number): number[] {
  const step = most / evenSteps;
  const lengths = [
    1,
    ...Array.from({ length: doublings }, (_, n) => step / 2 ** (doublings - n)),
    ...Array.from({ length: evenSteps }, (_, n) => step * (n + 1)),
  ];
  return [...new Set(lengths.map(reservedCells))];
}
