import { cpus } from 'node:os';
import type {
  ComparisonFacts,
  ComparisonRequest,
  ComparisonResult,
} from '#shared/compare/comparison.ts';
import type { ComparisonPart, ComparisonProgress } from '#shared/compare/progress.ts';
import { AppError, cancelledError, toErrorData } from '#shared/errors/app-error.ts';
import type { LoadReport } from '#shared/model/load.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LentEngine } from '../model/lent-engine.ts';
import type { ModelService } from '../model/model-service.ts';
import { ComparisonRun } from './comparison-run.ts';
import { type ComparedConversation, comparisonText } from './comparison-text.ts';
import { measureFidelities } from './fidelity-part.ts';
import type { MeasurementFolder } from './measurement-folder.ts';
import { measureSpeeds } from './speed-part.ts';

/** Configurations of one model against each other, on the engine that the chat lends. */
export interface CompareService {
  /**
   * @throws AppError `busy`, `cancelled`; whatever the file is refused for; of a run in which nothing could
   * be measured what came in its way first
   */
  run(
    request: ComparisonRequest,
    reader: StreamContext<ComparisonProgress>,
  ): Promise<ComparisonResult>;
  /** Resolves when no measurement runs: nothing of one is left on the disk then. */
  settled(): Promise<void>;
}

export interface CompareServiceOptions {
  readonly model: Pick<ModelService, 'describe' | 'lend'>;
  readonly folder: MeasurementFolder;
  readonly appVersion: string;
  /** @throws AppError `not-found` */
  readonly conversation: (id: string) => ComparedConversation;
}

export function createCompareService(options: CompareServiceOptions): CompareService {
  const { model, folder } = options;
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

  async function compare(
    request: ComparisonRequest,
    reader: StreamContext<ComparisonProgress>,
  ): Promise<ComparisonResult> {
    const { speed, fidelity, configurations } = request;
    // Before the chat's model goes: there may be nothing to read.
    const text = fidelity === null ? null : comparisonText(fidelity.text, options.conversation);
    const startedAt = Date.now();
    return await measured(request.path, async (engine, place) => {
      const run = new ComparisonRun(engine, request, place, reader);
      const partErrors: ComparisonResult['partErrors'] = {};
      /** What one part fails for does not cost the figures of another. */
      async function part<T>(name: ComparisonPart, measure: () => Promise<T>): Promise<T | null> {
        try {
          return await measure();
        } catch (thrown) {
          if (reader.signal.aborted) throw cancelledError('The measurement');
          partErrors[name] = toErrorData(thrown);
          return null;
        }
      }
      const result = {
        configurations,
        speed: speed === null ? null : await part('speed', () => measureSpeeds(run, speed)),
        fidelity:
          fidelity === null || text === null
            ? null
            : await part('fidelity', () => measureFidelities(run, text, fidelity.tokens)),
        outputs: null,
        parallel: null,
        partErrors,
      };
      if (run.firstReport === null) throw nothingMeasured(run, partErrors);
      return { facts: factsOf(run.firstReport, startedAt, options.appVersion), ...result };
    });
  }

  return {
    run: (request, reader) => tracked(compare(request, reader)),
    async settled() {
      await Promise.allSettled(running);
    },
  };
}

function nothingMeasured(run: ComparisonRun, partErrors: ComparisonResult['partErrors']): AppError {
  const error = run.error(0) ?? Object.values(partErrors)[0];
  return error === undefined
    ? new AppError('internal', 'Nothing was measured.')
    : AppError.fromData(error);
}

function factsOf(
  { planned, ...report }: LoadReport,
  startedAt: number,
  appVersion: string,
): ComparisonFacts {
  const { path, name, architecture, fileBytes, weightsBytes, parameterCount } = planned.model;
  const { backend, devices, gpuLayers, bindingsRelease, llamaCppRelease } = report;
  return {
    model: { path, name, architecture, fileBytes, weightsBytes, parameterCount },
    modelFingerprint: report.modelFingerprint,
    backend,
    devices,
    gpuLayers,
    bindingsRelease,
    llamaCppRelease,
    cpu: cpus()[0]?.model ?? '',
    memoryBandwidth: null,
    appVersion,
    startedAt,
    tookMs: Date.now() - startedAt,
  };
}
