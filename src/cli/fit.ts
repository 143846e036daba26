import type { AppContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { FitBasis, FitRow } from '#shared/fit/fit.ts';
import { fitPairs } from '#shared/fit/fit-row.ts';
import { presetWeightsBytes } from '#shared/fit/preset-weights.ts';
import { formatPercent } from '#shared/metrics/format.ts';
import type { Client } from '#shared/rpc/client.ts';
import { withHost } from './command-host.ts';
import { endWithFailure, exitCodes } from './failure.ts';
import type { FitOptions } from './fit-options.ts';
import { fitText, textbookText } from './fit-report.ts';
import type { Installation } from './installation.ts';
import { catchInterrupts } from './interrupts.ts';
import { pathArgument, presetArgument } from './model-argument.ts';
import type { Terminal } from './terminal.ts';
import { textbookTable } from './textbook.ts';

/** One JSON object of `fit --json`. */
export interface FitTable extends FitBasis {
  readonly rows: readonly FitRow[];
}

const defaultWeights = 'q4_k_m';

export async function runFit(
  model: string,
  options: FitOptions,
  installation: Installation,
  terminal: Terminal,
): Promise<number> {
  const json = options.json ?? false;
  using interrupts = catchInterrupts();
  try {
    const preset = presetArgument(model);
    const { tokens, batch = 1 } = options;
    if (tokens !== undefined || options.batch !== undefined) {
      if (preset === null || tokens === undefined) throw textbookNeedsBoth();
      const weights = presetWeightsBytes(preset, options.weights ?? defaultWeights);
      const table = textbookTable(preset, weights, tokens, batch);
      terminal.writeLine(json ? JSON.stringify(table) : textbookText(table));
      return exitCodes.success;
    }
    const table = await withHost(installation, [interrupts.stop], client =>
      askForRows(client, model, preset?.id ?? null, options, terminal),
    );
    terminal.writeLine(json ? JSON.stringify(table) : fitText(table, options.context ?? null));
    return exitCodes.success;
  } catch (thrown) {
    return endWithFailure(thrown, interrupts.stop, terminal, json);
  }
}

async function askForRows(
  client: Client<AppContract>,
  model: string,
  presetId: string | null,
  options: FitOptions,
  terminal: Terminal,
): Promise<FitTable> {
  const rows: FitRow[] = [];
  const basis = await client.stream(
    'model.fit',
    {
      model:
        presetId === null
          ? { kind: 'file', path: pathArgument(model) }
          : { kind: 'preset', id: presetId, weightType: options.weights ?? defaultWeights },
      backend: options.backend,
      gpuLayers: options.gpuLayers,
      sequences: options.sequences,
      contextLength: options.context,
      budgetBytes: options.budget,
    },
    {
      onItem(row) {
        rows.push(row);
        terminal.showProgress(`Computing: ${formatPercent(rows.length / fitPairs('both').length)}`);
      },
    },
  );
  terminal.showProgress('');
  return { ...basis, rows };
}

function textbookNeedsBoth(): AppError {
  return new AppError(
    'invalid-input',
    '--batch and --tokens are for a preset, and --batch needs --tokens.',
    {
      suggestion: 'Try: headroom fit preset:opt-30b --batch 128 --tokens 1024',
    },
  );
}
