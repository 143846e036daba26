import { reservedCells } from '../kv-cache/cache-size.ts';

/** llama.cpp pads a context to this anyway, so that nothing in between is worth asking for. */
export const contextStep = reservedCells(1);

export interface ContextSearch {
  /** Bytes that a load with so many tokens is over its budget; never less for more tokens. */
  readonly excessBytes: (contextLength: number) => Promise<number>;
  /** Tokens; longer ones are not tried. */
  readonly most: number;
}

/**
 * The longest context that fits a budget, a multiple of {@link contextStep}; 0 where not even the
 * shortest does. Asks for few lengths, since each may be a simulation: the next one asked for is
 * where a straight line between the last two would meet the budget.
 */
export async function longestContext({ excessBytes, most }: ContextSearch): Promise<number> {
  const excess = (steps: number) => excessBytes(steps * contextStep);
  let low = { steps: 1, excess: await excess(1) };
  if (low.excess > 0) return 0;
  const mostSteps = Math.floor(most / contextStep);
  if (mostSteps <= 1) return contextStep;
  let high = { steps: mostSteps, excess: await excess(mostSteps) };
  if (high.excess <= 0) return high.steps * contextStep;
  for (let round = 0; high.steps - low.steps > 1; round++) {
    const share = -low.excess / (high.excess - low.excess);
    // Halving every other time bounds the search where the line bends.
    const at = low.steps + Math.floor((high.steps - low.steps) * (round % 2 === 0 ? share : 0.5));
    const steps = Math.min(high.steps - 1, Math.max(low.steps + 1, at));
    const probe = { steps, excess: await excess(steps) };
    const fits = probe.excess <= 0;
    if (fits) low = probe;
    else high = probe;
    // Where the line was right, its neighbour on the other side ends the search.
    const neighbour = fits ? steps + 1 : steps - 1;
    if (neighbour > low.steps && neighbour < high.steps) {
      const beside = { steps: neighbour, excess: await excess(neighbour) };
      if (beside.excess <= 0) low = beside;
      else high = beside;
    }
  }
  return low.steps * contextStep;
}
