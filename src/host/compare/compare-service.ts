import type { SpeedProgress, SpeedRequest, SpeedResult } from '#shared/compare/speed.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { ModelService } from '../model/model-service.ts';
import type { MeasurementFolder } from './measurement-folder.ts';
import { measureSpeeds } from './speed-run.ts';

/** Configurations of the cache against each other, on the engine that the chat lends. */
export interface CompareService {
  /** @throws AppError `busy`, `cancelled`; whatever the file cannot be described for */
  speed(request: SpeedRequest, reader: StreamContext<SpeedProgress>): Promise<SpeedResult>;
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

  async function speed(request: SpeedRequest, reader: StreamContext<SpeedProgress>) {
    // A file that is not there, or no model, is no reason to take the chat's model away.
    await model.describe(request.path);
    return await model.lend(engine =>
      folder.during(async path => {
        try {
          return await measureSpeeds(engine, request, path, reader);
        } finally {
          // Before the folder goes: a cancelled measurement may be writing there.
          await engine.settled();
        }
      }),
    );
  }

  return {
    speed: (request, reader) => tracked(speed(request, reader)),
    async settled() {
      await Promise.allSettled(running);
    },
  };
}
