import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors/app-error.ts';
import { type ModelEvent, nextModelState } from '#shared/lifecycle/model-machine.ts';
import { type ModelState, modelStateSchema } from '#shared/lifecycle/model-state.ts';
import { type LoadReport, loadOptionsSchema } from '#shared/model/load.ts';

const options = loadOptionsSchema.parse({});
const error = new AppError('model-load-failed', 'It did not load.').data;
const otherError = new AppError('engine-crashed', 'It ended.').data;

const report: LoadReport = {
  options,
  planned: {
    model: {
      path: '/a.gguf',
      fileName: 'a.gguf',
      name: 'A',
      author: null,
      architecture: 'llama',
      fileBytes: 1,
      weightsBytes: 1,
      activeWeightsBytes: null,
      parameterCount: 1,
      tensorTypes: [],
      tokenizer: null,
      trainedContextLength: null,
      layerCount: 1,
      embeddingLength: 1,
      feedForwardLength: 0,
      vocabularySize: 1,
      hasChatTemplate: true,
      layers: null,
    },
    contextLength: 256,
    cells: 256,
    weightsBytes: 1,
    kvBytes: null,
    kvKBytes: null,
    kvVBytes: null,
    recurrentBytes: null,
    computeBytes: null,
    vramBytes: null,
    pools: { ramBytes: 1, vramBytes: null },
  },
  actual: {
    weightsBytes: null,
    kvBytes: null,
    kvKBytes: null,
    kvVBytes: null,
    recurrentBytes: null,
    computeBytes: null,
    cells: null,
    flashAttention: null,
  },
  backend: 'cpu',
  devices: [],
  gpuLayers: 0,
  contextLength: 256,
  threads: 1,
  threadTrials: [],
  modelFingerprint: null,
  loadMs: 1,
  bindingsRelease: 'b',
  llamaCppRelease: 'l',
};

const request = { path: '/b.gguf', options };
const loadingB: ModelState = {
  phase: 'loading',
  ...request,
  progress: { stage: 'engine', fraction: null },
};
const progress = { stage: 'weights', fraction: 0.5 } as const;

const states = {
  none: { phase: 'none', error },
  loading: { phase: 'loading', path: '/a.gguf', options, progress },
  loaded: { phase: 'loaded', report, error: null },
  unloading: { phase: 'unloading' },
  lent: { phase: 'lent' },
} as const satisfies Record<string, ModelState>;

const events = {
  load: { type: 'load', ...request },
  progress: { type: 'progress', progress: { stage: 'context', fraction: null } },
  unload: { type: 'unload' },
  lend: { type: 'lend' },
  nothingLoaded: { type: 'settled', report: null, error: otherError },
  loadedNow: { type: 'settled', report, error: null },
  previousKept: { type: 'settled', report, error: otherError },
  lost: { type: 'lost', error: otherError, reload: null },
  lostAndReloading: { type: 'lost', error: otherError, reload: request },
} as const satisfies Record<string, ModelEvent>;

const same = 'same';
const noneNow: ModelState = { phase: 'none', error: otherError };
const keptNow: ModelState = { phase: 'loaded', report, error: otherError };

const table: Record<keyof typeof states, Record<keyof typeof events, typeof same | ModelState>> = {
  none: {
    load: loadingB,
    progress: same,
    unload: same,
    lend: { phase: 'lent' },
    nothingLoaded: same,
    loadedNow: same,
    previousKept: same,
    lost: same,
    lostAndReloading: same,
  },
  loading: {
    load: same,
    progress: { ...states.loading, progress: events.progress.progress },
    unload: same,
    lend: same,
    nothingLoaded: noneNow,
    loadedNow: states.loaded,
    previousKept: keptNow,
    lost: noneNow,
    lostAndReloading: loadingB,
  },
  loaded: {
    load: loadingB,
    progress: same,
    unload: states.unloading,
    lend: { phase: 'lent' },
    nothingLoaded: same,
    loadedNow: same,
    previousKept: same,
    lost: noneNow,
    lostAndReloading: loadingB,
  },
  unloading: {
    load: same,
    progress: same,
    unload: same,
    lend: same,
    nothingLoaded: noneNow,
    loadedNow: states.loaded,
    previousKept: keptNow,
    lost: noneNow,
    lostAndReloading: loadingB,
  },
  lent: {
    load: loadingB,
    progress: same,
    unload: same,
    lend: same,
    nothingLoaded: noneNow,
    loadedNow: states.loaded,
    previousKept: keptNow,
    // A measurement tells of its own losses.
    lost: same,
    lostAndReloading: same,
  },
};

const cases = Object.entries(table).flatMap(([stateName, row]) =>
  Object.entries(row).map(([eventName, expected]) => ({ stateName, eventName, expected })),
);

describe('the model', () => {
  test.each(cases)(
    '$stateName, on $eventName: the app would show a model that is not there',
    row => {
      const state = states[row.stateName as keyof typeof states];
      const result = nextModelState(state, events[row.eventName as keyof typeof events]);
      if (row.expected === same) expect(result).toBe(state);
      else expect(result).toEqual(row.expected);
      expect(modelStateSchema.safeParse(result).success).toBe(true);
    },
  );
});
