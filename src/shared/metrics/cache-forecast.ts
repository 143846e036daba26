import { median } from './percentile.ts';
import type { TurnFigures } from './turn-figures.ts';

/**
 * Tokens that a typical turn of a conversation adds to the cache: the median growth from one turn to
 * the next. Null ("not measured") before the second turn. Steps down, as after a shorter branch was
 * taken up, are no growth and are left out.
 *
 * @param turns figures of the conversation's turns, oldest first
 */
export function typicalTurnTokens(
  turns: readonly Pick<TurnFigures, 'cacheUsedTokens'>[],
): number | null {
  const growths: number[] = [];
  for (let i = 1; i < turns.length; i++) {
    const growth = (turns[i]?.cacheUsedTokens ?? 0) - (turns[i - 1]?.cacheUsedTokens ?? 0);
    if (growth > 0) growths.push(growth);
  }
  return median(growths);
}

/** Whole typical turns that still fit; null when the typical turn is not known. */
export function turnsLeft(freeTokens: number, turnTokens: number | null): number | null {
  return turnTokens === null ? null : Math.floor(freeTokens / turnTokens);
}

/** (estimated - actual) / actual, as a fraction; null where either is unknown or there is nothing. */
export function estimateError(estimated: number | null, actual: number | null): number | null {
  if (estimated === null || actual === null) return null;
  if (actual === 0) return estimated === 0 ? 0 : null;
  return (estimated - actual) / actual;
}

/** A signed fraction as percent with one decimal: "+0.4 %", "0.0 %", "\u221212.5 %". */
export function formatError(fraction: number | null): string {
  if (fraction === null) return notComparable;
  const percent = fraction * 100;
  const text = Math.abs(percent).toFixed(1);
  if (text === '0.0') return '0.0 %';
  return `${percent > 0 ? '+' : '\u2212'}${text} %`;
}

const notComparable = '\u2013';
