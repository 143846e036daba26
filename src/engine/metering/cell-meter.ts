import type { CacheMap, CacheTextsRequest } from '#shared/cache-map/cache-map.ts';
import { createSignal, type Signal } from '#shared/rpc/signal.ts';
import type { TurnModel } from '../turn/turn-model.ts';

/** Keeps the map of the cells up to date, and reads them out. */
export class CellMeter {
  readonly #signal = createSignal<CacheMap | null>(null);
  #revision = 0;

  get signal(): Signal<CacheMap | null> {
    return this.#signal;
  }

  /** Called when a turn has begun or failed, when a snapshot was saved or restored, and when the model has changed. */
  show(target: Pick<TurnModel, 'record' | 'cache' | 'savedTokens'> | null): void {
    this.#revision++;
    const record = target?.record ?? null;
    this.#signal.set(
      target === null || record === null
        ? null
        : {
            ...record,
            spans: [...record.spans],
            gaps: [...record.gaps],
            revision: this.#revision,
            savedTokens: target.savedTokens,
            capacityTokens: target.cache.capacityTokens,
            slidingWindow: target.cache.slidingWindow,
          },
    );
  }

  /** One text for each cell that is filled; null where the map is another one meanwhile. */
  texts(
    target: Pick<TurnModel, 'model' | 'cache'> | null,
    { revision, start, end }: CacheTextsRequest,
  ): string[] | null {
    if (target === null || revision !== this.#revision) return null;
    const { model, cache } = target;
    return cache.tokens.slice(start, end).map(token => model.detokenize([token], true));
  }
}
