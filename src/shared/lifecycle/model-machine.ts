import type { AppErrorData } from '../errors/app-error.ts';
import type { LoadOptions, LoadProgress, LoadReport } from '../model/load.ts';
import type { ModelState } from './model-state.ts';

export type ModelEvent =
  | { readonly type: 'load'; readonly path: string; readonly options: LoadOptions }
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  | { readonly type: 'unload' }
  /** A load or an unload has ended; what the engine holds now, and what went wrong. */
  | {
      readonly type: 'settled';
      readonly report: LoadReport | null;
      readonly error: AppErrorData | null;
    }
  /** The engine died and took the model along. */
  | { readonly type: 'lost'; readonly error: AppErrorData };

export const noModel: ModelState = { phase: 'none', error: null };

/** The next state; the very same object where the event means nothing in this state. */
export function nextModelState(state: ModelState, event: ModelEvent): ModelState {
  switch (event.type) {
    case 'load': {
      if (state.phase === 'loading' || state.phase === 'unloading') return state;
      const { path, options } = event;
      return { phase: 'loading', path, options, progress: { stage: 'engine', fraction: null } };
    }
    case 'progress':
      return state.phase === 'loading' ? { ...state, progress: event.progress } : state;
    case 'unload':
      return state.phase === 'loaded' ? { phase: 'unloading' } : state;
    case 'settled': {
      if (state.phase !== 'loading' && state.phase !== 'unloading') return state;
      const { report, error } = event;
      return report === null ? { phase: 'none', error } : { phase: 'loaded', report, error };
    }
    case 'lost':
      // Without a model there was nothing to lose, and the older reason stays the better one.
      return state.phase === 'none' ? state : { phase: 'none', error: event.error };
  }
}
