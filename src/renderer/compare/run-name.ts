import type { ShownComparison } from './compare-store.ts';

/** The user's name for a run; of one that could not be kept its model's. */
export function runName({ saved, result }: ShownComparison): string {
  return saved?.name ?? result.facts.model.name;
}
