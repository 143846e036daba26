import { type FitQuestion, fitQuestionSchema, type WeightType } from '#shared/fit/fit.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import { findPreset } from '#shared/model/presets.ts';
import { isRemote, isWholeAddress } from '#shared/model/remote-path.ts';

export type FitModel =
  | { readonly kind: 'preset'; readonly id: string; readonly weightType: WeightType }
  | { readonly kind: 'file'; readonly path: string };

/** What the user has set on the page. */
export interface FitChoice {
  readonly model: FitModel;
  /** Null: what is free now. */
  readonly budgetBytes: number | null;
  /** Tokens of one sequence; null: the longest that fits. */
  readonly contextLength: number | null;
  readonly sequences: number;
  readonly gpuLayers: LoadOptions['gpuLayers'];
  readonly batchSize: number;
  readonly flashAttention: boolean;
  /** The cache that is looked at; null: the advised one. */
  readonly types: CacheTypes | null;
}

const defaults = fitQuestionSchema.parse({ model: { kind: 'file', path: '-' } });

export const firstPreset: FitModel = {
  kind: 'preset',
  id: 'llama-3.1-8b',
  weightType: 'q4_k_m',
};

export function choiceFor(model: FitModel): FitChoice {
  return {
    model,
    budgetBytes: null,
    contextLength: null,
    sequences: defaults.sequences,
    gpuLayers: defaults.gpuLayers,
    batchSize: defaults.batchSize,
    flashAttention: true,
    types: null,
  };
}

/** Not while an address is being typed: each letter would be a request to somebody. */
function isAskable(path: string): boolean {
  return isRemote(path) ? isWholeAddress(path) : path !== '';
}

/** Null while no file is chosen. */
export function questionOf(choice: FitChoice): FitQuestion | null {
  const { model, budgetBytes, contextLength, sequences, gpuLayers, batchSize } = choice;
  if (model.kind === 'file' && !isAskable(model.path)) return null;
  return {
    ...defaults,
    model,
    budgetBytes,
    contextLength,
    sequences,
    gpuLayers,
    batchSize,
    flashAttention: choice.flashAttention ? 'on' : 'off',
  };
}

const presetPrefix = 'preset:';

/** As it stands in the address, and on the command line: a path, or `preset:NAME`. */
export function modelText(model: FitModel): string {
  return model.kind === 'file' ? model.path : `${presetPrefix}${model.id}`;
}

export function modelFromText(text: string): FitModel | null {
  if (!text.startsWith(presetPrefix)) return text === '' ? null : { kind: 'file', path: text };
  const preset = findPreset(text.slice(presetPrefix.length));
  return preset === undefined ? null : { kind: 'preset', id: preset.id, weightType: 'q4_k_m' };
}
