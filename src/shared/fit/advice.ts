import type { CacheType } from '../kv-cache/cache-type.ts';
import { formatBytes, formatTokenCount, formatTokens } from '../metrics/format.ts';
import type { FitBasis, FitRow } from './fit.ts';
import type { FitPair } from './fit-row.ts';

/** What to load with, in plain words, and why. */
export interface FitAdvice {
  /** Null where nothing fits. */
  readonly pair: FitPair | null;
  /** Tokens to load with; 0 where nothing fits. */
  readonly contextLength: number;
  readonly text: string;
}

export interface FitAim {
  /** Tokens that the user asked for; null: as many as are of use. */
  readonly wanted: number | null;
  /** Tokens that the model was trained for; more are of little use. */
  readonly trained: number | null;
  /** Whether the budget is what is free, and not one that the user named. */
  readonly isFree: boolean;
}

/**
 * K and V alike, finest first: quantizing costs quality, and each step down should buy something.
 * Types between these save little more and are slower on most backends.
 */
const candidates: readonly CacheType[] = ['f16', 'q8_0', 'q4_0'];

/**
 * The finest cache that holds what is wanted; where none does, q8_0 if it holds more than f16, since it
 * hardly differs from it.
 *
 * @param rows of one state of flash attention
 */
export function fitAdvice(
  rows: readonly FitRow[],
  { budgetBytes, weightsBytes }: Pick<FitBasis, 'budgetBytes' | 'weightsBytes'>,
  { wanted, trained, isFree }: FitAim,
): FitAdvice {
  const offered = candidates.flatMap(type => {
    const row = rows.find(({ typeK, typeV }) => typeK === type && typeV === type);
    return row?.legal ? [{ row, type, longest: row.maxContext ?? 0 }] : [];
  });
  const budget = `${formatBytes(budgetBytes)} ${isFree ? 'that are free' : 'of your budget'}`;
  const [finest] = offered;
  const fitting = offered.filter(({ longest }) => longest > 0);
  if (finest === undefined || fitting.length === 0) {
    return { pair: null, contextLength: 0, text: nothingFits(weightsBytes, budget) };
  }
  const aim = wanted ?? trained;
  const whole = aim === null ? undefined : fitting.find(({ longest }) => longest >= aim);
  if (whole !== undefined && aim !== null) {
    const what =
      wanted === null
        ? `the whole trained context of ${formatTokenCount(aim)}`
        : formatTokenCount(aim);
    const why =
      whole === finest
        ? quantizingIsNoUse(wanted, trained)
        : `${finest.type} ${finest.longest === 0 ? 'does not fit at all' : `ends at ${formatTokens(finest.longest)}`}.`;
    return {
      pair: whole.row,
      contextLength: aim,
      text: [
        `${whole.type} for both holds ${what} in the ${budget};`,
        why,
        ...costOf(whole.row, finest.row),
      ].join(' '),
    };
  }
  const chosen = fitting.find(({ type }) => type === 'q8_0') ?? fitting[0] ?? finest;
  const others = offered
    .filter(({ type }) => type !== chosen.type)
    .map(({ type, longest }) => `${type} gives ${longest === 0 ? 'none' : formatTokens(longest)}`);
  const short =
    aim === null
      ? ''
      : ` ${wanted === null ? 'The model was trained for' : 'You asked for'} ${formatTokens(aim)}.`;
  return {
    pair: chosen.row,
    contextLength: chosen.longest,
    text: [
      `${chosen.type} for both gives you ${formatTokenCount(chosen.longest)} in the ${budget}`,
      others.length === 0 ? '.' : `; ${others.join(', ')}.`,
      short,
      ...costOf(chosen.row, finest.row).map(cost => ` ${cost}`),
    ].join(''),
  };
}

function quantizingIsNoUse(wanted: number | null, trained: number | null): string {
  const beyond = wanted !== null && trained !== null && wanted > trained;
  const warning = ` The model was trained for ${formatTokens(trained)}, and answers usually fall apart beyond that.`;
  return `a quantized cache would save memory that you do not need here.${beyond ? warning : ''}`;
}

function costOf(row: FitRow, finest: FitRow): string[] {
  return row === finest || row.warning === null ? [] : [row.warning];
}

function nothingFits(weightsBytes: number, budget: string): string {
  return `Not even the shortest context fits in the ${budget}. The weights alone take ${formatBytes(weightsBytes)}. Choose a smaller model or weights of fewer bits, or give it more memory.`;
}
