import { type FitAdvice, fitAdvice } from '#shared/fit/advice.ts';
import type { FitRow } from '#shared/fit/fit.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import { type FitState, rowKey } from './fit-store.ts';

/** What is advised for the table as it is; null while there is none. */
export function adviceFor({ choice, subject, table }: FitState): FitAdvice | null {
  if (table.basis === null) return null;
  return fitAdvice([...table.rows.values()], table.basis, {
    wanted: choice.contextLength,
    trained: subject?.trainedContextLength ?? null,
    isFree: choice.budgetBytes === null,
  });
}

/** The pair that is looked at: the user's, else the advised one, else the plainest. */
export function selectedTypes(state: FitState): CacheTypes {
  const { types } = state.choice;
  if (types !== null) return types;
  const pair = adviceFor(state)?.pair;
  return pair === null || pair === undefined
    ? { typeK: 'f16', typeV: 'f16' }
    : { typeK: pair.typeK, typeV: pair.typeV };
}

export function selectedRow(state: FitState): FitRow | null {
  const { typeK, typeV } = selectedTypes(state);
  return state.table.rows.get(rowKey(typeK, typeV)) ?? null;
}

/**
 * Tokens that "Load with this" takes for a row: what was asked for, else the longest that is of use;
 * 0 where it does not fit.
 */
export function loadableContext({ choice, subject }: FitState, { maxContext }: FitRow): number {
  const longest = maxContext ?? 0;
  if (choice.contextLength !== null)
    return choice.contextLength <= longest ? choice.contextLength : 0;
  return Math.min(longest, subject?.trainedContextLength ?? longest);
}
