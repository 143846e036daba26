import type { TurnProgress } from '../chat/turn-progress.ts';
import type { AppErrorData } from '../errors/app-error.ts';
import type { TurnFigures } from '../metrics/turn-figures.ts';

/** One answer, from the request to its end. `stopping`: the user asked for the end already. */
export type TurnState =
  | { readonly phase: 'running'; readonly progress: TurnProgress; readonly stopping: boolean }
  | { readonly phase: 'done'; readonly figures: TurnFigures }
  | { readonly phase: 'failed'; readonly error: AppErrorData };

export type TurnEvent =
  | { readonly type: 'progress'; readonly progress: TurnProgress }
  | { readonly type: 'stop' }
  | { readonly type: 'finish'; readonly figures: TurnFigures }
  | { readonly type: 'fail'; readonly error: AppErrorData };

export const turnBegun: TurnState = {
  phase: 'running',
  progress: { phase: 'queued' },
  stopping: false,
};

/**
 * The next state; the very same object where the event means nothing in this state. An ended turn
 * stays as it ended, whatever arrives late.
 */
export function nextTurnState(state: TurnState, event: TurnEvent): TurnState {
  if (state.phase !== 'running') return state;
  switch (event.type) {
    case 'progress':
      return { ...state, progress: event.progress };
    case 'stop':
      return state.stopping ? state : { ...state, stopping: true };
    case 'finish':
      return { phase: 'done', figures: event.figures };
    case 'fail':
      return { phase: 'failed', error: event.error };
  }
}
