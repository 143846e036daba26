import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import {
  baselineTypes,
  configurationNames,
  configurationSchema,
  hasBaselineTypes,
} from '#shared/compare/configuration.ts';
import { fidelityTestSchema, longestText, type TextSource } from '#shared/compare/fidelity.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { formatDuration, formatPercent } from '#shared/metrics/format.ts';
import type { Client } from '#shared/rpc/client.ts';
import { withHost } from './command-host.ts';
import type { CompareOptions } from './compare-options.ts';
import { compareJson, compareText, fidelityComparison } from './compare-report.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';

/** Speed is known from a part of a long text as well. Tokens. */
const longestPrompt = 512;

const defaultTokens = fidelityTestSchema.parse({}).tokens;

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
    const text: TextSource =
      options.text === undefined ? { kind: 'built-in' } : await readText(options.text);
    const result = await withHost(installation, [interrupts.quit, terminal.readerGone], client =>
      compare(client, file, text, options, interrupts.stop, terminal),
    );
    const compared = fidelityComparison(result);
    terminal.writeLine(json ? JSON.stringify(compareJson(compared)) : compareText(compared));
    return exitCodes.success;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, json);
  }
}

async function compare(
  client: Client<AppContract>,
  file: string,
  text: TextSource,
  options: CompareOptions,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<ComparisonResult> {
  const { backend, gpuLayers, threads, tokens = defaultTokens } = options;
  const configurations = [
    baselineTypes,
    ...options.cache.filter(types => !hasBaselineTypes(types)),
  ].map(types => configurationSchema.parse({ ...types, threads }));
  const names = configurationNames(configurations);
  const result = await client.stream(
    'compare.run',
    {
      path: pathArgument(file),
      options: { backend, gpuLayers },
      configurations,
      speed: {
        depths: [0],
        promptTokens: Math.min(tokens, longestPrompt),
        generatedTokens: 32,
        repetitions: 5,
      },
      fidelity: { text, tokens },
      outputs: options.prompt === undefined ? null : { prompt: options.prompt },
    },
    {
      signal,
      onItem({ part, stage, configuration, done, total, remainingMs }) {
        const name = configuration === null ? 'f16 as the baseline' : names[configuration];
        const left = remainingMs === null ? '' : `, ${formatDuration(remainingMs)} left`;
        const what = stage === 'load' ? 'loading' : formatPercent(done / total);
        terminal.showProgress(`Measuring ${part}, ${name}: ${what}${left}`);
      },
    },
  );
  terminal.showProgress('');
  return result;
}

async function readText(path: string): Promise<TextSource> {
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
  return { kind: 'given', name: basename(path), text: text.slice(0, longestText) };
}
