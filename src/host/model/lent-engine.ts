import { AppError } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import { type EngineSession, type EngineSupervisor, engineFailure } from '../engine/supervisor.ts';
import type { ModelRequest } from './model-request.ts';

/** The engine while a measurement has it. Nothing that is done with it is remembered. */
export interface LentEngine {
  /**
   * Loads a model with these options; only its context is made anew where the weights are the same. After
   * a death of the engine it waits for the next one.
   *
   * @throws AppError whatever a load is refused for; `engine-crashed` when the engine ended over it
   */
  load(request: ModelRequest, signal: AbortSignal): Promise<LentModel>;
  /**
   * Resolves when the engine has ended all that was asked of it, which is later than a cancel is heard of:
   * until then it may write files, and refuses loads.
   */
  settled(): Promise<void>;
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

    async settled() {
      // Answered in its turn, behind whatever uses the model; one that dies has ended, too.
      await engine
        .running()
        ?.client.call('snapshot.holder', {})
        .catch(() => {});
    },
  };
}

/** @throws AppError; of an engine that died over it how it ended, and no lost line */
export async function askLent<T>(
  { session }: LentModel,
  question: (client: EngineSession['client']) => Promise<T>,
): Promise<T> {
  try {
    return await question(session.client);
  } catch (thrown) {
    throw AppError.fromData(await engineFailure(session, thrown));
  }
}

/** Leaves nothing of a measurement in memory; an engine that has died has nothing. */
export async function emptyEngine(engine: EngineSupervisor): Promise<void> {
  if (engine.state.get().phase !== 'ready') return;
  await engine
    .session()
    .then(({ client }) => client.call('model.unload', {}))
    .catch(() => {});
}
