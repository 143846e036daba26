import type { LoadOptions } from '../model/load.ts';
import {
  candidatesOf,
  type LoadedFacts,
  smallerSettings,
  type TuneCandidate,
  type TuneSpace,
  typesToTry,
} from './candidates.ts';
import { checkSamples, judgePrediction, judgeTurns, trialSamples } from './judgement.ts';
import { type LimitedStart, Limits } from './limits.ts';
import {
  type SearchResult,
  type TunedSettings,
  type TuneRequest,
  type TuneTrial,
  type TypeCost,
  tuneCoordinates,
} from './tune.ts';
import type { Attempt, TuneBench } from './tune-bench.ts';

export type SearchRequest = Pick<TuneRequest, 'start' | 'budgetBytes' | 'floorNats'>;

/**
 * Looks for faster settings, one after the other: each candidate is held against the best so far, and
 * what was found in the end once more against the start.
 *
 * @throws AppError `cancelled`; whatever the start is refused for where no limit is the reason
 */
export async function searchSettings(
  request: SearchRequest,
  space: TuneSpace,
  bench: TuneBench,
): Promise<SearchResult> {
  return await new Search(request, space, bench).result();
}

type Place = Pick<TuneTrial, 'coordinate' | 'options'>;

class Search {
  readonly #request: SearchRequest;
  readonly #space: TuneSpace;
  readonly #bench: TuneBench;
  readonly #limits: Limits;
  readonly #trials: TuneTrial[] = [];
  readonly #untried: Place[] = [];

  constructor(request: SearchRequest, space: TuneSpace, bench: TuneBench) {
    this.#request = request;
    this.#space = space;
    this.#bench = bench;
    this.#limits = new Limits(request, bench);
  }

  async result(): Promise<SearchResult> {
    this.#bench.tell({ stage: 'start', trial: null, done: 0 });
    const { start, loaded } = await this.#limits.start();
    const first =
      loaded !== null && start.limit === null
        ? { settings: settingsOf(start), loaded }
        : await this.#withinLimits();
    const best = first === null ? null : await this.#search(first.settings, first.loaded);
    const end = await this.#end(start, best);
    return {
      ...end,
      start,
      trials: this.#trials,
      untried: this.#untried,
      costs: start.limit === null ? [] : await this.#costs(),
    };
  }

  /** The most faithful settings that keep both limits; null where none do. */
  async #withinLimits(): Promise<{ settings: TunedSettings; loaded: LoadedFacts } | null> {
    for (const options of smallerSettings(this.#request.start, this.#space)) {
      const place: Place = { coordinate: 'cache-types', options };
      this.#tell('limits', place);
      const planned = await this.#bench.plannedBytes(options);
      if (!this.#limits.mayFit(planned)) {
        this.#add(place, { verdict: 'over-budget', memoryBytes: planned });
        continue;
      }
      const divergence = await this.#limits.divergence(options);
      if (!this.#limits.isFaithful(divergence)) {
        this.#add(place, { verdict: 'below-floor', memoryBytes: planned, divergence });
        continue;
      }
      const loaded = await this.#bench.load(options);
      if (loaded.outcome === 'failed') {
        this.#add(place, { verdict: 'failed', divergence, error: loaded.error });
        continue;
      }
      const { memoryBytes } = loaded;
      const isKept = this.#limits.fits(memoryBytes);
      const verdict = isKept ? 'keeps-limits' : 'over-budget';
      this.#add(place, { verdict, memoryBytes, divergence });
      if (isKept) return { settings: { options, memoryBytes, divergence }, loaded };
    }
    return null;
  }

  async #search(first: TunedSettings, loaded: LoadedFacts): Promise<TunedSettings> {
    let best = first;
    for (const coordinate of tuneCoordinates) {
      for (const candidate of candidatesOf(coordinate, best.options, this.#space, loaded)) {
        best = (await this.#try(candidate, best)) ?? best;
      }
    }
    return best;
  }

  /** @returns the candidate where it is better and keeps the limits */
  async #try(
    { coordinate, change }: TuneCandidate,
    incumbent: TunedSettings,
  ): Promise<TunedSettings | null> {
    const place: Place = { coordinate, options: { ...incumbent.options, ...change } };
    const { options } = place;
    if (!this.#bench.hasTime()) {
      this.#untried.push(place);
      return null;
    }
    this.#tell('trial', place);
    const planned = await this.#bench.plannedBytes(options);
    if (!this.#limits.mayFit(planned)) {
      this.#add(place, { verdict: 'over-budget', memoryBytes: planned });
      return null;
    }
    const measured = await this.#measure(place, incumbent.options);
    if (measured.outcome === 'failed') {
      this.#add(place, { verdict: 'failed', memoryBytes: planned, error: measured.error });
      return null;
    }
    const { outcome: _, ...figures } = measured;
    if (!this.#limits.fits(figures.memoryBytes)) {
      this.#add(place, { ...figures, verdict: 'over-budget' });
      return null;
    }
    if (figures.verdict !== 'faster') {
      this.#add(place, figures);
      return null;
    }
    // Only of what is faster: reading the distributions takes longer than the trial.
    const divergence = await this.#limits.divergence(options);
    const isFaithful = this.#limits.isFaithful(divergence);
    this.#add(place, { ...figures, divergence, verdict: isFaithful ? 'faster' : 'below-floor' });
    return isFaithful ? { options, memoryBytes: figures.memoryBytes, divergence } : null;
  }

  async #measure(
    { coordinate, options }: Place,
    incumbent: LoadOptions,
  ): Promise<Attempt<Pick<TuneTrial, 'turns' | 'prediction' | 'memoryBytes' | 'verdict'>>> {
    if (coordinate === 'token-prediction') {
      const attempt = await this.#bench.comparePrediction(incumbent, options, trialSamples);
      if (attempt.outcome === 'failed') return attempt;
      return { ...attempt, turns: null, verdict: judgePrediction(attempt.prediction) };
    }
    const attempt = await this.#bench.compareTurns(incumbent, options, trialSamples);
    if (attempt.outcome === 'failed') return attempt;
    return { ...attempt, prediction: null, verdict: judgeTurns(attempt.turns) };
  }

  /** Start and choice once more: what does not hold is given up. */
  async #end(
    start: LimitedStart,
    best: TunedSettings | null,
  ): Promise<Pick<SearchResult, 'outcome' | 'choice' | 'check'>> {
    if (best === null) return { outcome: 'nothing-fits', choice: null, check: null };
    const keep = { outcome: 'keep', choice: settingsOf(start) } as const;
    const limitsKept = { outcome: 'limits-kept', choice: best } as const;
    if (best.options === start.options) return { ...keep, check: null };
    this.#tell('check', null);
    const { choice, prediction } = await this.#confirmPrediction(start, best);
    if (choice.options === start.options) return { ...keep, check: null };
    const turns =
      start.error === null
        ? await this.#bench.compareTurns(start.options, choice.options, checkSamples)
        : ({ outcome: 'failed', error: start.error } as const);
    const check = turns.outcome === 'measured' ? { turns: turns.turns, prediction } : null;
    if (start.limit !== null) return { ...limitsKept, choice, check };
    const judgement = check === null ? 'slower' : judgeTurns(check.turns);
    const isBetter = judgement === 'faster' || (judgement !== 'slower' && prediction !== null);
    return isBetter ? { outcome: 'improved', choice, check } : { ...keep, check };
  }

  /** Prediction is measured with the settings of the choice, since other types give other answers. */
  async #confirmPrediction(start: LimitedStart, best: TunedSettings) {
    const { tokenPrediction } = start.options;
    if (best.options.tokenPrediction === tokenPrediction) return { choice: best, prediction: null };
    const without = { ...best.options, tokenPrediction };
    const attempt = await this.#bench.comparePrediction(without, best.options, checkSamples);
    if (attempt.outcome === 'measured' && judgePrediction(attempt.prediction) === 'faster') {
      return { choice: best, prediction: attempt.prediction };
    }
    const accepted = this.#trials.filter(({ verdict }) => verdict === 'faster');
    const options = accepted.length > 1 || start.limit !== null ? without : start.options;
    return { choice: { ...best, options }, prediction: null };
  }

  async #costs(): Promise<TypeCost[]> {
    const { start } = this.#request;
    return await Promise.all(
      typesToTry(this.#space, 'auto').map(async types => ({
        ...types,
        memoryBytes: await this.#bench.plannedBytes({ ...start, ...types }),
        divergence: this.#limits.knownDivergence(types),
      })),
    );
  }

  #tell(stage: 'limits' | 'trial' | 'check', trial: Place | null): void {
    this.#bench.tell({ stage, trial, done: this.#trials.length });
  }

  #add(place: Place, parts: Partial<TuneTrial> & Pick<TuneTrial, 'verdict'>): void {
    const divergence = this.#limits.knownDivergence(place.options);
    const unknown = { turns: null, prediction: null, memoryBytes: null, error: null };
    this.#trials.push({ ...unknown, divergence, ...place, ...parts });
  }
}

function settingsOf({ options, memoryBytes, divergence }: TunedSettings): TunedSettings {
  return { options, memoryBytes, divergence };
}
