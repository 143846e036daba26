import { cacheTypesName, hasBaselineTypes } from '../compare/configuration.ts';
import { AppError } from '../errors/app-error.ts';
import type { CacheTypes } from '../kv-cache/cache-size.ts';
import type { LoadedFacts } from './candidates.ts';
import type { SearchResult, TuneRequest } from './tune.ts';
import type { TuneBench } from './tune-bench.ts';

export type LimitedStart = SearchResult['start'];

/** What no choice may be above: memory, and divergence from f16. */
export class Limits {
  readonly #request: Pick<TuneRequest, 'start' | 'budgetBytes' | 'floorNats'>;
  readonly #bench: TuneBench;
  readonly #divergences = new Map<string, number | null>();

  constructor(request: Pick<TuneRequest, 'start' | 'budgetBytes' | 'floorNats'>, bench: TuneBench) {
    this.#request = request;
    this.#bench = bench;
  }

  /**
   * Loads the start, and says which limit it does not keep.
   *
   * @throws AppError what it is refused for, other than memory
   */
  async start(): Promise<{ start: LimitedStart; loaded: LoadedFacts | null }> {
    const { start: options } = this.#request;
    const loaded = await this.#bench.load(options);
    if (loaded.outcome === 'failed') {
      const { error } = loaded;
      if (error.code !== 'context-does-not-fit') throw AppError.fromData(error);
      const memoryBytes = await this.#bench.plannedBytes(options);
      const start = { options, memoryBytes, divergence: null, limit: 'failed', error } as const;
      return { start, loaded: null };
    }
    const { memoryBytes } = loaded;
    const divergence = await this.divergence(options);
    const keptOrNot = this.isFaithful(divergence) ? null : 'below-floor';
    const limit = this.fits(memoryBytes) ? keptOrNot : 'over-budget';
    return { start: { options, memoryBytes, divergence, limit, error: null }, loaded };
  }

  /** Of a load: memory that is not known keeps no budget. */
  fits(memoryBytes: number | null): boolean {
    const { budgetBytes } = this.#request;
    return budgetBytes === null || (memoryBytes !== null && memoryBytes <= budgetBytes);
  }

  /** Of a plan: what is not known is seen when it is loaded. */
  mayFit(plannedBytes: number | null): boolean {
    return plannedBytes === null || this.fits(plannedBytes);
  }

  isFaithful(divergence: number | null): boolean {
    return divergence !== null && divergence <= this.#request.floorNats;
  }

  /** Of a pair of types, measured once; null where it could not be. */
  async divergence(types: CacheTypes): Promise<number | null> {
    const known = this.#divergences.get(cacheTypesName(types));
    if (known !== undefined) return known;
    if (hasBaselineTypes(types)) return 0;
    const [measured = null] = await this.#bench.divergences([types]);
    this.#divergences.set(cacheTypesName(types), measured);
    return measured;
  }

  /** Null where it was not measured so far. */
  knownDivergence(types: CacheTypes): number | null {
    return hasBaselineTypes(types) ? 0 : (this.#divergences.get(cacheTypesName(types)) ?? null);
  }
}
