import type { AppErrorData } from '#shared/errors/app-error.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { isRemote } from '#shared/model/remote-path.ts';

/** Why something cannot be loaded now: what is wrong, and what to do about it. */
export interface LoadBlocker {
  readonly message: string;
  readonly suggestion: string | null;
}

export interface LoadQuestion {
  readonly path: string;
  /** Null while the file has not been read. */
  readonly model: ModelDescription | null;
  readonly modelError: AppErrorData | null;
  readonly options: LoadOptions;
  readonly planError: AppErrorData | null;
}

/**
 * The first reason against a load; null when there is none. What only might go wrong (a context
 * beyond the trained length, too little free memory) is a warning elsewhere.
 */
export function loadBlocker(question: LoadQuestion): LoadBlocker | null {
  const { path, model, modelError, options, planError } = question;
  if (path === '') return { message: 'No model file is chosen.', suggestion: 'Choose one above.' };
  if (isRemote(path)) {
    return {
      message: 'A file on the web cannot be loaded.',
      suggestion: 'Download it first. The Fit page says beforehand how much context fits.',
    };
  }
  if (modelError !== null) return modelError;
  if (model === null) return { message: 'The file is being read.', suggestion: null };
  return (
    illegalReason(model.layers, options.typeK, options.typeV, options.flashAttention) ?? planError
  );
}
