import type { AppErrorData } from '../errors/app-error.ts';
import type { EngineState } from './engine-state.ts';

/** What happens to the engine process. What a process says of itself carries its generation. */
export type EngineEvent =
  | { readonly type: 'start' }
  | {
      readonly type: 'ready';
      readonly generation: number;
      readonly processId: number;
      readonly bindingsRelease: string;
    }
  | {
      readonly type: 'died';
      readonly generation: number;
      readonly error: AppErrorData;
      readonly restarting: boolean;
    }
  /** The user wants another process in its place. */
  | { readonly type: 'replace'; readonly generation: number }
  | { readonly type: 'stop' };

export const engineNeverStarted: EngineState = { phase: 'stopped', generation: 0 };

/** The next state; the very same object where the event means nothing in this state. */
export function nextEngineState(state: EngineState, event: EngineEvent): EngineState {
  switch (event.type) {
    case 'start':
      if (state.phase === 'starting' || state.phase === 'ready') return state;
      return { phase: 'starting', generation: state.generation + 1 };
    case 'ready': {
      if (state.phase !== 'starting' || state.generation !== event.generation) return state;
      const { generation, processId, bindingsRelease } = event;
      return { phase: 'ready', generation, processId, bindingsRelease };
    }
    case 'died': {
      const alive = state.phase === 'starting' || state.phase === 'ready';
      if (!alive || state.generation !== event.generation) return state;
      const { generation, error, restarting } = event;
      return { phase: 'crashed', generation, error, restarting };
    }
    case 'replace':
      if (state.phase !== 'ready' || state.generation !== event.generation) return state;
      // Straight into the start: whoever waits for the engine must not see it as off.
      return { phase: 'starting', generation: state.generation + 1 };
    case 'stop':
      if (state.phase === 'stopped') return state;
      return { phase: 'stopped', generation: state.generation };
  }
}
