import type { LentEngine } from '../model/lent-engine.ts';
import type { ModelService } from '../model/model-service.ts';
import type { MeasurementFolder } from './measurement-folder.ts';

/** The engine that the chat lends, and a folder, to one measurement at a time. */
export interface Measurements {
  /** @throws AppError `busy`; whatever the file is refused for; what `measure` throws */
  during<T>(path: string, measure: (engine: LentEngine, folder: string) => Promise<T>): Promise<T>;
  /** Resolves when no measurement runs: nothing of one is left on the disk then. */
  settled(): Promise<void>;
}

export function createMeasurements(
  model: Pick<ModelService, 'describe' | 'lend'>,
  folder: MeasurementFolder,
): Measurements {
  const running = new Set<Promise<unknown>>();

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
    async during(path, measure) {
      const run = measured(path, measure);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    async settled() {
      await Promise.allSettled(running);
    },
  };
}
