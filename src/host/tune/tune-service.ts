import { AppError } from '#shared/errors/app-error.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { searchSettings } from '#shared/tune/search.ts';
import type { TuneProgress, TuneRequest, TuneResult } from '#shared/tune/tune.ts';
import { tuneSentences } from '#shared/tune/tune-text.ts';
import { factsOf } from '../compare/comparison-facts.ts';
import type { Measurements } from '../compare/measurements.ts';
import type { ModelService } from '../model/model-service.ts';
import { TuneRun } from './tune-run.ts';

/** Faster settings for one model on this machine, on the engine that the chat lends. */
export interface TuneService {
  /** @throws AppError `busy`, `cancelled`; whatever the file or the start is refused for */
  run(request: TuneRequest, reader: StreamContext<TuneProgress>): Promise<TuneResult>;
}

export interface TuneServiceOptions {
  readonly model: Pick<ModelService, 'describe' | 'fitBytes'>;
  readonly measurements: Measurements;
  readonly appVersion: string;
}

export function createTuneService(options: TuneServiceOptions): TuneService {
  const { model, measurements, appVersion } = options;
  return {
    async run(request, reader) {
      const startedAt = Date.now();
      return await measurements.during(request.path, async (engine, folder) => {
        const { layers } = await model.describe(request.path);
        const run = new TuneRun({ request, reader, engine, folder, fitBytes: model.fitBytes });
        const { floorNats, turn } = request;
        const space = { layers, floorNats, promptTokens: turn.promptTokens };
        const found = await searchSettings(request, space, run);
        const report = run.firstReport;
        if (report === null) throw nothingLoaded(found.start.error);
        const told = { ...found, request, depthTokens: run.depthTokens };
        const facts = factsOf(report, startedAt, appVersion);
        return { ...told, facts, sentences: tuneSentences(told) };
      });
    },
  };
}

/** Without a load there is nothing to say of the machine, and nothing was measured on it. */
function nothingLoaded(error: TuneResult['start']['error']): AppError {
  return error === null
    ? new AppError('internal', 'Nothing was loaded.')
    : AppError.fromData(error);
}
