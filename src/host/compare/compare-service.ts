import type { ComparisonRequest, ComparisonResult } from '#shared/compare/comparison.ts';
import type { ComparisonPart, ComparisonProgress } from '#shared/compare/progress.ts';
import { AppError, cancelledError, toErrorData } from '#shared/errors/app-error.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import { factsOf } from './comparison-facts.ts';
import { ComparisonRun } from './comparison-run.ts';
import { type ComparedConversation, comparisonText } from './comparison-text.ts';
import { measureFidelities } from './fidelity-part.ts';
import type { Measurements } from './measurements.ts';
import { measureOutputs } from './outputs-part.ts';
import { measureParallels } from './parallel-part.ts';
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
}

export interface CompareServiceOptions {
  readonly measurements: Measurements;
  readonly appVersion: string;
  /** @throws AppError `not-found` */
  readonly conversation: (id: string) => ComparedConversation;
}

export function createCompareService(options: CompareServiceOptions): CompareService {
  async function compare(
    request: ComparisonRequest,
    reader: StreamContext<ComparisonProgress>,
  ): Promise<ComparisonResult> {
    const { speed, fidelity, outputs, parallel, configurations } = request;
    // Before the chat's model goes: there may be nothing to read.
    const text = fidelity === null ? null : comparisonText(fidelity.text, options.conversation);
    const startedAt = Date.now();
    return await options.measurements.during(request.path, async (engine, place) => {
      const run = new ComparisonRun(engine, request, place, reader);
      const partErrors: ComparisonResult['partErrors'] = {};
      /** What one part fails for does not cost the figures of another. */
      async function part<T>(name: ComparisonPart, measure: () => Promise<T>): Promise<T | null> {
        run.beginPart();
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
        outputs:
          outputs === null ? null : await part('outputs', () => measureOutputs(run, outputs)),
        parallel:
          parallel === null ? null : await part('parallel', () => measureParallels(run, parallel)),
        partErrors,
      };
      if (run.firstReport === null) throw nothingMeasured(run, partErrors);
      return {
        facts: {
          ...factsOf(run.firstReport, startedAt, options.appVersion),
          memoryBandwidth: run.memoryBandwidth,
        },
        ...result,
      };
    });
  }

  return { run: compare };
}

function nothingMeasured(run: ComparisonRun, partErrors: ComparisonResult['partErrors']): AppError {
  const error = run.firstError ?? Object.values(partErrors)[0];
  return error === undefined
    ? new AppError('internal', 'Nothing was measured.')
    : AppError.fromData(error);
}
