import { AppError } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { type EngineSession, type EngineSupervisor, engineFailure } from '../engine/supervisor.ts';
import type { ModelRequest } from './model-service.ts';

/** The engine while a measurement has it. Nothing that is done with it is remembered. */
export interface LentEngine {
  /**
   * Loads a model with these options; only its context is made anew where the weights are the same. After
   * a death of the engine it waits for the next one.
   *
   * @throws AppError whatever a load is refused for; `engine-crashed` when the engine ended over it
   */
  load(request: ModelRequest, signal: AbortSignal): Promise<LentModel>;
}

/** A loaded model together with the engine life that holds it. */
export interface LentModel {
  readonly session: EngineSession;
  readonly report: LoadReport;
}

export function createLentEngine(engine: EngineSupervisor): LentEngine {
  return {
    async load(request, signal) {
      engine.start();
      const session = await engine.session(signal);
      try {
        const report = await session.client.stream('model.load', request, {
          signal,
          onItem: () => {},
        });
        return { session, report };
      } catch (thrown) {
        throw AppError.fromData(await engineFailure(session, thrown));
      }
    },
  };
}

/** Leaves nothing of a measurement in memory; an engine that has died has nothing. */
export async function emptyEngine(engine: EngineSupervisor): Promise<void> {
  if (engine.state.get().phase !== 'ready') return;
  await engine
    .session()
    .then(({ client }) => client.call('model.unload', {}))
    .catch(() => {});
}
