import type { Command } from 'commander';
import { fidelityTestSchema } from '#shared/compare/fidelity.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import type { LoadOptions } from '#shared/model/load.ts';
import { engineFlags } from './engine-flags.ts';
import { cacheTypePairs, optionValue } from './option-parsers.ts';

/** What `compare` was asked for. */
export interface CompareOptions {
  readonly cache: readonly CacheTypes[];
  readonly text?: string;
  readonly tokens?: number;
  readonly prompt?: string;
  readonly backend?: LoadOptions['backend'];
  readonly gpuLayers?: LoadOptions['gpuLayers'];
  readonly threads?: LoadOptions['threads'];
  readonly json?: boolean;
}

const defaultCache = 'q8_0,q4_0';

const examples = `
Every cache is held against f16, and f16 against itself, which is the noise floor.

Examples:
  headroom compare model.gguf
  headroom compare model.gguf --cache q8_0,q4_0,q4_0:f16,f16:q4_0
  headroom compare model.gguf --prompt "Why is the sky blue?"
  headroom compare model.gguf --cache q8_0:q4_0 --text chapter.txt --tokens 2048 --json`;

export function addCompareCommand(
  program: Command,
  action: (file: string, options: CompareOptions) => Promise<void>,
): void {
  program
    .command('compare')
    .description('Measure what other cache types change in what a model expects of a text.')
    .argument('<file>', 'the GGUF file')
    .option(
      '--cache <types>',
      'cache types, K:V or one for both, separated by commas',
      cacheTypePairs,
      cacheTypePairs(defaultCache),
    )
    .option('--text <file>', 'a text file to read (default: a text of our own)')
    .option(
      '--tokens <count>',
      'how much of the text to read (default: 512)',
      optionValue(fidelityTestSchema.shape.tokens.unwrap(), 'a number from 2 to 32768'),
    )
    .option(
      '--prompt <text>',
      'a question that every cache answers, held against the answer of f16',
    )
    .addOption(engineFlags.gpuLayers())
    .addOption(engineFlags.backend())
    .addOption(engineFlags.threads())
    .option('--json', 'print one JSON object with every figure')
    .addHelpText('after', examples)
    .action(action);
}
