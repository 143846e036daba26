import { baselineTypes, hasBaselineTypes } from '../compare/configuration.ts';
import type { CacheTypes } from '../kv-cache/cache-size.ts';
import { isQuantized } from '../kv-cache/cache-type.ts';
import { illegalReason } from '../kv-cache/legality.ts';
import type { LoadOptions, LoadReport } from '../model/load.ts';
import type { ModelLayer } from '../model/model-layer.ts';
import { predictionRefusal } from '../model/token-prediction.ts';
import type { TuneCoordinate, TuneRequest } from './tune.ts';

/** A change of one setting. */
export interface TuneCandidate {
  readonly coordinate: TuneCoordinate;
  readonly change: Partial<LoadOptions>;
}

/** What decides about candidates: the model, the limits, and the first load that worked. */
export interface TuneSpace {
  readonly layers: readonly ModelLayer[] | null;
  readonly floorNats: number;
  readonly promptTokens: TuneRequest['turn']['promptTokens'];
}

/** What a load says about itself that is of use here. */
export type LoadedFacts = Pick<LoadReport, 'threads' | 'threadTrials'> & {
  /** As resolved; null where llama.cpp said nothing. */
  readonly flashAttention: boolean | null;
};

/** From the most faithful on. K suffers more than V, so that V alone goes lower. */
const tunedTypes: readonly CacheTypes[] = [
  baselineTypes,
  { typeK: 'q8_0', typeV: 'q8_0' },
  { typeK: 'q8_0', typeV: 'q4_0' },
  { typeK: 'q4_0', typeV: 'q4_0' },
];
const batchSizes = [512, 256, 128];
/** A turn evaluates no more at once. */
const largestChunk = 512;
/** Of calibration's trials: slower ones read a prompt no faster either. */
const promising = 1.5;
const mostThreadTrials = 3;

/** The pairs that the model can be loaded with and the floor does not rule out at once. */
export function typesToTry(
  { layers, floorNats }: TuneSpace,
  flashAttention: LoadOptions['flashAttention'],
): CacheTypes[] {
  return tunedTypes.filter(
    types =>
      (floorNats > 0 || hasBaselineTypes(types)) &&
      illegalReason(layers, types.typeK, types.typeV, flashAttention) === null,
  );
}

/** All changes of one setting that are worth a trial. */
export function candidatesOf(
  coordinate: TuneCoordinate,
  incumbent: LoadOptions,
  space: TuneSpace,
  loaded: LoadedFacts,
): TuneCandidate[] {
  return changesOf(coordinate, incumbent, space, loaded).map(change => ({ coordinate, change }));
}

function changesOf(
  coordinate: TuneCoordinate,
  incumbent: LoadOptions,
  space: TuneSpace,
  loaded: LoadedFacts,
): Partial<LoadOptions>[] {
  switch (coordinate) {
    case 'threads':
      return threadCounts(loaded).map(threads => ({ threads }));
    case 'flash-attention':
      return flashAttentions(incumbent, loaded).map(flashAttention => ({ flashAttention }));
    case 'batch-size':
      return sizesThatTell(incumbent.batchSize, space.promptTokens).map(batchSize => ({
        batchSize,
      }));
    case 'cache-types':
      return typesToTry(space, incumbent.flashAttention)
        .filter(types => !sameTypes(types, incumbent))
        .map(types => ({ ...types }));
    case 'token-prediction':
      return incumbent.tokenPrediction === 'off' && predictionRefusal(space.layers) === null
        ? [{ tokenPrediction: 'input-lookup' }]
        : [];
  }
}

/** The best of calibration's trials first; what it chose is in use already. */
function threadCounts({ threads, threadTrials }: LoadedFacts): number[] {
  const best = Math.min(...threadTrials.map(({ medianMs }) => medianMs));
  return threadTrials
    .filter(trial => trial.threads !== threads && trial.medianMs <= best * promising)
    .toSorted((a, b) => a.medianMs - b.medianMs)
    .slice(0, mostThreadTrials)
    .map(trial => trial.threads);
}

function flashAttentions(
  { typeV }: LoadOptions,
  { flashAttention }: LoadedFacts,
): LoadOptions['flashAttention'][] {
  if (flashAttention !== true) return ['on'];
  return isQuantized(typeV) ? [] : ['off'];
}

/** Batches that read the prompt in another number of steps. */
function sizesThatTell(batchSize: number, promptTokens: number): number[] {
  const steps = (size: number) => Math.ceil(promptTokens / Math.min(size, largestChunk));
  return batchSizes.filter(size => steps(size) !== steps(batchSize));
}

/**
 * What could keep a memory budget, the most faithful first and of equals the largest batch: smaller ones
 * have smaller compute buffers.
 */
export function smallerSettings(start: LoadOptions, space: TuneSpace): LoadOptions[] {
  // Without it the compute buffers grow with the context, and V cannot be quantized.
  const flashAttention = start.flashAttention === 'off' ? 'on' : start.flashAttention;
  const sizes = [start.batchSize, ...batchSizes.filter(size => size < start.batchSize)];
  return typesToTry(space, flashAttention).flatMap(types =>
    sizes
      .map(batchSize => ({ ...start, ...types, batchSize, flashAttention }))
      .filter(
        options =>
          !sameTypes(options, start) ||
          options.batchSize !== start.batchSize ||
          options.flashAttention !== start.flashAttention,
      ),
  );
}

function sameTypes(one: CacheTypes, other: CacheTypes): boolean {
  return one.typeK === other.typeK && one.typeV === other.typeV;
}
