import { readFile } from 'node:fs/promises';
import { type FidelityResult, longestText } from '#shared/compare/fidelity.ts';
import { pairName } from '#shared/compare/fidelity-text.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatDuration, formatPercent } from '#shared/metrics/format.ts';
import type { Client } from '#shared/rpc/client.ts';
import { withHost } from './command-host.ts';
import type { CompareOptions } from './compare-options.ts';
import { compareJson, compareText } from './compare-report.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';

/** Runs a comparison through the same host and engine as the app's. */
export async function runCompare(
  file: string,
  options: CompareOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const json = options.json ?? false;
  using interrupts = catchInterrupts();
  try {
    const text = options.text === undefined ? null : await readText(options.text);
    const result = await withHost(installation, [interrupts.quit, terminal.readerGone], client =>
      compare(client, file, text, options, interrupts.stop, terminal),
    );
    terminal.writeLine(
      json ? JSON.stringify(compareJson(result, installation.version)) : compareText(result),
    );
    return exitCodes.success;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, json);
  }
}

async function compare(
  client: Client<AppContract>,
  file: string,
  text: string | null,
  options: CompareOptions,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<FidelityResult> {
  const { backend, gpuLayers, threads, tokens } = options;
  const result = await client.stream(
    'compare.fidelity',
    {
      path: pathArgument(file),
      options: { backend, gpuLayers, threads },
      pairs: [...options.cache],
      text,
      tokens,
    },
    {
      signal,
      onItem({
        stage,
        configuration,
        configurations,
        doneTokens,
        totalTokens,
        remainingMs,
        ...pair
      }) {
        const left = remainingMs === null ? '' : `, ${formatDuration(remainingMs)} left`;
        const what = stage === 'load' ? 'loading' : formatPercent(doneTokens / totalTokens);
        terminal.showProgress(
          `${pairName(pair)} (${configuration} of ${configurations}): ${what}${left}`,
        );
      },
    },
  );
  terminal.showProgress('');
  return result;
}

async function readText(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw new AppError('not-found', `The text ${path} cannot be read.`, {
      suggestion: 'Check the path, and that your user may read the file.',
      details: String(thrown),
      cause: thrown,
    });
  }
  if (text.trim() === '') {
    throw new AppError('invalid-input', `The text ${path} is empty.`, {
      suggestion: 'Choose a text of a few hundred words.',
    });
  }
  return text.slice(0, longestText);
}
