import type {
  FidelityProgress,
  FidelityRequest,
  FidelityResult,
} from '#shared/compare/fidelity.ts';
import type { SpeedProgress, SpeedRequest, SpeedResult } from '#shared/compare/speed.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LentEngine } from '../model/lent-engine.ts';
import type { ModelService } from '../model/model-service.ts';
import { measureFidelities } from './fidelity-run.ts';
import type { MeasurementFolder } from './measurement-folder.ts';
import { measureSpeeds } from './speed-run.ts';

/** Configurations of the cache against each other, on the engine that the chat lends. */
export interface CompareService {
  /** @throws AppError `busy`, `cancelled`; whatever the file cannot be described for */
  speed(request: SpeedRequest, reader: StreamContext<SpeedProgress>): Promise<SpeedResult>;
  /** @throws AppError `busy`, `cancelled`; whatever the file, or the baseline, is refused for */
  fidelity(
    request: FidelityRequest,
    reader: StreamContext<FidelityProgress>,
  ): Promise<FidelityResult>;
  /** Resolves when no measurement runs: nothing of one is left on the disk then. */
  settled(): Promise<void>;
}

export function createCompareService(
  model: Pick<ModelService, 'describe' | 'lend'>,
  folder: MeasurementFolder,
): CompareService {
  const running = new Set<Promise<unknown>>();

  /** Until its end is known to {@link CompareService.settled}. */
  async function tracked<T>(run: Promise<T>): Promise<T> {
    running.add(run);
    try {
      return await run;
    } finally {
      running.delete(run);
    }
  }

  async function measured<T>(
    path: string,
    measure: (engine: LentEngine, folder: string) => Promise<T>,
  ): Promise<T> {
    // A file that is not there, or no model, is no reason to take the chat's model away.
    await model.describe(path);
    return await model.lend(engine =>
      folder.during(async place => {
        try {
          return await measure(engine, place);
        } finally {
          // Before the folder goes: a cancelled measurement may be writing there.
          await engine.settled();
        }
      }),
    );
  }

  return {
    speed: (request, reader) =>
      tracked(
        measured(request.path, (engine, place) => measureSpeeds(engine, request, place, reader)),
      ),
    fidelity: (request, reader) =>
      tracked(
        measured(request.path, (engine, place) =>
          measureFidelities(engine, request, place, reader),
        ),
      ),
    async settled() {
      await Promise.allSettled(running);
    },
  };
}
