import { loadOptionsSchema } from '#shared/model/load.ts';
import type { TuneResult } from '#shared/tune/tune.ts';
import { withHost } from './command-host.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';
import type { TuneOptions } from './tune-options.ts';
import { tuneProgress, tuneText } from './tune-report.ts';

/** Looks for faster settings through the same host and engine as the app's. */
export async function runTune(
  file: string,
  options: TuneOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const json = options.json ?? false;
  using interrupts = catchInterrupts();
  try {
    const result = await tune(file, options, installation, interrupts.stop, terminal);
    terminal.writeLine(json ? JSON.stringify(result) : tuneText(result));
    return result.choice === null ? exitCodes.failure : exitCodes.success;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, json);
  }
}

async function tune(
  file: string,
  options: TuneOptions,
  installation: Installation,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<TuneResult> {
  const { typeK, typeV, flashAttention, threads, gpuLayers, backend } = options;
  const start = loadOptionsSchema.parse({
    ...{ typeK, typeV, flashAttention, threads, gpuLayers, backend },
    contextLength: options.context,
    batchSize: options.batch,
  });
  const request = {
    path: pathArgument(file),
    start,
    turn: {
      depthTokens: options.depth,
      promptTokens: options.prompt,
      generatedTokens: options.gen,
    },
    budgetBytes: options.budget,
    floorNats: options.floor,
    timeMs: options.time === undefined ? undefined : options.time * 1000,
  };
  const result = await withHost(installation, [stop, terminal.readerGone], client =>
    client.stream('tune.run', request, {
      onItem: progress => terminal.showProgress(tuneProgress(progress, start)),
    }),
  );
  terminal.showProgress('');
  return result;
}
