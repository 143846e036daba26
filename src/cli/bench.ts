import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import {
  benchCsv,
  benchFailures,
  benchJson,
  benchMarkdown,
} from '#shared/compare/llama-bench-formats.ts';
import { benchRows } from '#shared/compare/llama-bench-rows.ts';
import { speedFindings } from '#shared/compare/speed-text.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { BenchOptions } from './bench-options.ts';
import { benchProgress, benchText } from './bench-report.ts';
import { withHost } from './command-host.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';

export async function runBench(
  file: string,
  options: BenchOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  using interrupts = catchInterrupts();
  try {
    if (timesNothing(options) && options.sequences === undefined) throw nothingToMeasure();
    const result = await measure(file, options, installation, interrupts.stop, terminal);
    report(result, options, terminal);
    const isMeasured = [result.speed, result.parallel].some(part =>
      part?.configurations.some(each => each?.outcome === 'measured'),
    );
    return isMeasured ? exitCodes.success : exitCodes.failure;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, options.json ?? false);
  }
}

async function measure(
  file: string,
  options: BenchOptions,
  installation: Installation,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<ComparisonResult> {
  const { flashAttention, threads, batch: batchSize, swaFull } = options;
  const configurations = options.cache.map(cache =>
    configurationSchema.parse({ ...cache, flashAttention, threads, batchSize, swaFull }),
  );
  const request = {
    path: pathArgument(file),
    options: { backend: options.backend, gpuLayers: options.gpuLayers },
    configurations,
    speed: timesNothing(options)
      ? null
      : {
          depths: options.depth,
          promptTokens: options.prompt,
          generatedTokens: options.gen,
          repetitions: options.reps,
        },
    parallel:
      options.sequences === undefined
        ? null
        : { sequences: options.sequences, repetitions: options.reps },
  };
  const result = await withHost(installation, [stop, terminal.readerGone], client =>
    client.stream('compare.run', request, {
      onItem: progress => terminal.showProgress(benchProgress(progress, configurations)),
    }),
  );
  terminal.showProgress('');
  return result;
}

function report(result: ComparisonResult, options: BenchOptions, terminal: Terminal): void {
  const rows = benchRows(result);
  if (options.json) terminal.writeLine(benchJson(rows, result));
  else if (options.md) terminal.writeLine(benchMarkdown(rows, result));
  else if (options.csv) {
    if (rows.length > 0) terminal.writeLine(benchCsv(rows));
    for (const line of [...benchFailures(result), ...speedFindings(result)]) terminal.note(line);
  } else terminal.writeLine(benchText(result));
}

/** Whether speed is left out, so that several sequences at once are all there is to measure. */
function timesNothing({ prompt, gen }: BenchOptions): boolean {
  return prompt === 0 && gen === 0;
}

function nothingToMeasure(): AppError {
  return new AppError('invalid-input', '--prompt and --gen cannot both be 0.', {
    suggestion: 'Leave one of them out for its default, or ask for --sequences.',
  });
}
