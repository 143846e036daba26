import type { AppErrorData } from '../errors/app-error.ts';
import type { CacheTypes } from '../kv-cache/cache-size.ts';
import type { LoadOptions } from '../model/load.ts';
import type { LoadedFacts } from './candidates.ts';
import type { PredictionPair, TuneProgress, TurnPair } from './tune.ts';

/** Either what was measured, or why nothing was. */
export type Attempt<T> =
  | ({ readonly outcome: 'measured' } & T)
  | { readonly outcome: 'failed'; readonly error: AppErrorData };

interface Memory {
  /** As the candidate's load reported it. Bytes. */
  readonly memoryBytes: number | null;
}

/** What a search lets be measured. Rejects only with `cancelled`. */
export interface TuneBench {
  load(options: LoadOptions): Promise<Attempt<LoadedFacts & Memory>>;
  /** Weights, cache and compute buffers before a load; null where that is not known. Bytes. */
  plannedBytes(options: LoadOptions): Promise<number | null>;
  /** In turns; ends early for a candidate that is out after its first samples. */
  compareTurns(
    incumbent: LoadOptions,
    candidate: LoadOptions,
    samples: number,
  ): Promise<Attempt<{ readonly turns: TurnPair } & Memory>>;
  comparePrediction(
    incumbent: LoadOptions,
    candidate: LoadOptions,
    samples: number,
  ): Promise<Attempt<{ readonly prediction: PredictionPair } & Memory>>;
  /** Mean divergence of each pair from f16, in their order; null where it could not be measured. */
  divergences(types: readonly CacheTypes[]): Promise<(number | null)[]>;
  /** Whether another trial may begin. */
  hasTime(): boolean;
  tell(progress: Pick<TuneProgress, 'stage' | 'trial' | 'done'>): void;
}
