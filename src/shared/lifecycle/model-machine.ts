import type { AppErrorData } from '../errors/app-error.ts';
import type { LoadOptions, LoadProgress, LoadReport } from '../model/load.ts';
import type { ModelState } from './model-state.ts';

export type ModelEvent =
  | { readonly type: 'load'; readonly path: string; readonly options: LoadOptions }
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  | { readonly type: 'unload' }
  /** A measurement takes the engine, and whatever it holds. */
  | { readonly type: 'lend' }
  /** A load or an unload has ended; what the engine holds now, and what went wrong. */
  | {
      readonly type: 'settled';
      readonly report: LoadReport | null;
      readonly error: AppErrorData | null;
    }
  /** The engine died and took the model along; `reload` when it is loaded again at once. */
  | {
      readonly type: 'lost';
      readonly error: AppErrorData;
      readonly reload: { readonly path: string; readonly options: LoadOptions } | null;
    };

export const noModel: ModelState = { phase: 'none', error: null };

/** The next state; the very same object where the event means nothing in this state. */
export function nextModelState(state: ModelState, event: ModelEvent): ModelState {
  switch (event.type) {
    case 'load': {
      if (state.phase === 'loading' || state.phase === 'unloading') return state;
      return loading(event);
    }
    case 'progress':
      return state.phase === 'loading' ? { ...state, progress: event.progress } : state;
    case 'unload':
      return state.phase === 'loaded' ? { phase: 'unloading' } : state;
    case 'lend':
      return state.phase === 'loaded' || state.phase === 'none' ? { phase: 'lent' } : state;
    case 'settled': {
      if (state.phase === 'loaded' || state.phase === 'none') return state;
      const { report, error } = event;
      return report === null ? { phase: 'none', error } : { phase: 'loaded', report, error };
    }
    case 'lost':
      // Without a model there was nothing to lose, and the older reason stays the better one. What a
      // measurement loses is its own concern.
      if (state.phase === 'none' || state.phase === 'lent') return state;
      // Straight into the load: whoever waits for the model must not see a moment without one.
      return event.reload === null ? { phase: 'none', error: event.error } : loading(event.reload);
  }
}

function loading({ path, options }: { path: string; options: LoadOptions }): ModelState {
  return { phase: 'loading', path, options, progress: { stage: 'engine', fraction: null } };
}
