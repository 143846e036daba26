import { reservedCells } from '../kv-cache/cache-size.ts';

/** llama.cpp pads a context to this anyway, so that nothing in between is worth asking for. */
export const contextStep = reservedCells(1);

export interface ContextSearch {
  /** Bytes that a load with so many tokens takes; never less for more tokens. */
  readonly totalBytes: (contextLength: number) => Promise<number>;
  readonly budgetBytes: number;
  /** Tokens; longer ones are not tried. */
  readonly most: number;
}

/**
 * The longest context that fits a budget, a multiple of {@link contextStep}; 0 where not even the
 * shortest does. Asks for few totals, since each may be a simulation: the next one asked for is
 * where a straight line between the last two would meet the budget.
 */
export async function longestContext({
  totalBytes,
  budgetBytes,
  most,
}: ContextSearch): Promise<number> {
  const total = (steps: number) => totalBytes(steps * contextStep);
  let low = { steps: 1, bytes: await total(1) };
  if (low.bytes > budgetBytes) return 0;
  let high = { steps: Math.floor(most / contextStep), bytes: Number.POSITIVE_INFINITY };
  if (high.steps <= 1) return contextStep;
  high = { ...high, bytes: await total(high.steps) };
  if (high.bytes <= budgetBytes) return high.steps * contextStep;
  for (let round = 0; high.steps - low.steps > 1; round++) {
    const share = (budgetBytes - low.bytes) / (high.bytes - low.bytes);
    // Halving every other time bounds the search where the line bends.
    const at = low.steps + Math.floor((high.steps - low.steps) * (round % 2 === 0 ? share : 0.5));
    const steps = Math.min(high.steps - 1, Math.max(low.steps + 1, at));
    const probe = { steps, bytes: await total(steps) };
    const fits = probe.bytes <= budgetBytes;
    if (fits) low = probe;
    else high = probe;
    // Where the line was right, its neighbour on the other side ends the search.
    const neighbour = fits ? steps + 1 : steps - 1;
    if (neighbour > low.steps && neighbour < high.steps) {
      const beside = { steps: neighbour, bytes: await total(neighbour) };
      if (beside.bytes <= budgetBytes) low = beside;
      else high = beside;
    }
  }
  return low.steps * contextStep;
}
