import { type Command, Option } from 'commander';
import { z } from 'zod';
import { fitQuestionSchema, type WeightType, weightTypes } from '#shared/fit/fit.ts';
import type { Backend } from '#shared/model/load.ts';
import { engineFlags } from './engine-flags.ts';
import { byteCount, optionValue } from './option-parsers.ts';

/** What `fit` was asked for. */
export interface FitOptions {
  readonly budget?: number;
  readonly context?: number;
  readonly sequences?: number;
  readonly gpuLayers?: number | 'auto';
  readonly backend?: Backend;
  readonly weights?: WeightType;
  readonly batch?: number;
  readonly tokens?: number;
  readonly json?: boolean;
}

const countSchema = z.int().min(1);

const examples = `
Examples:
  headroom fit model.gguf
  headroom fit model.gguf --budget 8GiB --sequences 4 --json
  headroom fit https://example.org/model.gguf --budget 8GiB
  headroom fit preset:llama-3.1-8b --weights q4_k_m --budget 12GiB
  headroom fit preset:opt-30b --batch 128 --tokens 1024`;

export function addFitCommand(
  program: Command,
  action: (model: string, options: FitOptions) => Promise<void>,
): void {
  program
    .command('fit')
    .description('Say how much context fits, for every pair of cache types, without loading.')
    .argument('<model>', 'a GGUF file, its web address, or preset:NAME')
    .option(
      '--budget <size>',
      'memory to fit into, such as 8GiB (default: what is free)',
      byteCount,
    )
    .option(
      '--context <tokens>',
      'show the bytes of this context instead of the longest',
      optionValue(fitQuestionSchema.shape.contextLength.unwrap().unwrap(), 'a number of tokens'),
    )
    .option(
      '--sequences <count>',
      'conversations at once, each with a context of its own',
      optionValue(fitQuestionSchema.shape.sequences.unwrap(), 'a number from 1 to 256'),
    )
    .addOption(engineFlags.gpuLayers())
    .addOption(engineFlags.backend())
    .addOption(
      new Option('--weights <type>', "how a preset's weights are stored").choices(weightTypes),
    )
    .option(
      '--batch <count>',
      'presets only, with --tokens: sequences of the textbook figure',
      optionValue(countSchema, 'a number above 0'),
    )
    .option(
      '--tokens <count>',
      'presets only: exactly so many cells, no padding, the textbook figure',
      optionValue(countSchema, 'a number above 0'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)
    .action(action);
}
