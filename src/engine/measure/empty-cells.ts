import type { TurnModel } from '../turn/turn-model.ts';

/** Empties the cells, and forgets whose they were: what is measured is nobody's conversation. */
export async function emptyCells(
  target: Pick<TurnModel, 'cache' | 'record' | 'savedTokens' | 'restored'>,
): Promise<void> {
  await target.cache.clear();
  target.record = null;
  target.savedTokens = 0;
  target.restored = null;
}
