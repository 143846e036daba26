import { type Command, Option } from 'commander';
import { parallelTestSchema } from '#shared/compare/parallel.ts';
import { speedSeriesSchema } from '#shared/compare/speed.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import { engineFlags } from './engine-flags.ts';
import { type CacheChoice, cacheChoices, numberList, optionValue } from './option-parsers.ts';

/** What `bench` was asked for; what was left out is the default of the request. */
export interface BenchOptions {
  readonly cache: readonly CacheChoice[];
  readonly depth: number[];
  readonly prompt?: number;
  readonly gen?: number;
  readonly reps?: number;
  readonly sequences?: number[];
  readonly threads?: LoadOptions['threads'];
  readonly flashAttention?: LoadOptions['flashAttention'];
  readonly gpuLayers?: LoadOptions['gpuLayers'];
  readonly batch?: number;
  readonly swaFull?: boolean;
  readonly backend?: LoadOptions['backend'];
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly md?: boolean;
}

const request = speedSeriesSchema.shape;
const _load = loadOptionsSchema.shape;
const tokens = 'a number of tokens';
const depths = numberList(request.depths.element, 'numbers of tokens such as 0,1024');
const sequenceCounts = numberList(
  parallelTestSchema.shape.sequences.unwrap().element,
  'numbers from 1 to 16 such as 1,4,16',
);
const defaultTypes = 'f16,q8_0';
const defaultDepths = '0,1024';

const examples = `
Examples:
  headroom bench model.gguf
  headroom bench model.gguf --cache f16,q8_0,q4_0,f16:q8_0 --depth 0,1024,4096
  headroom bench model.gguf --cache none,f16 --depth 0,256,512,1024
  headroom bench model.gguf --prompt 256 --gen 64 --reps 10 --threads 4 --json
  headroom bench model.gguf --cache f16,q8_0 --md
  headroom bench model.gguf --prompt 0 --gen 0 --sequences 1,2,4,8,16`;

export function addBenchCommand(
  program: Command,
  action: (file: string, options: BenchOptions) => Promise<void>,
): void {
  program
    .command('bench')
    .description('Measure how fast a model is with different types of the KV cache, in turns.')
    .argument('<file>', 'the GGUF file')
    .addOption(
      new Option(
        '--cache <types>',
        'types of K and V to compare, such as f16,q8_0,q8_0:q4_0; none: no cache at all',
      )
        .argParser(cacheChoices)
        .default(cacheChoices(defaultTypes), defaultTypes),
    )
    .addOption(
      new Option('--depth <tokens>', 'tokens in the cache before anything is timed')
        .argParser(depths)
        .default(depths(defaultDepths), defaultDepths),
    )
    .option(
      '--prompt <tokens>',
      'tokens of the prompt that is read; 0: none (default: 512)',
      optionValue(request.promptTokens.unwrap(), tokens),
    )
    .option(
      '--gen <tokens>',
      'tokens that are generated; 0: none (default: 128)',
      optionValue(request.generatedTokens.unwrap(), tokens),
    )
    .option(
      '--reps <count>',
      'how often each is measured (default: 5)',
      optionValue(request.repetitions.unwrap(), 'a number from 1 to 100'),
    )
    .addOption(
      new Option('--sequences <counts>', 'how many texts to write at once, such as 1,2,4,8,16')
        .argParser(sequenceCounts)
        .conflicts(['csv', 'md']),
    )
    .addOption(
      engineFlags.threads(
        'threads of all configurations, or "auto": what is fastest with the first',
      ),
    )
    .addOption(engineFlags.flashAttention())
    .addOption(engineFlags.gpuLayers())
    .addOption(engineFlags.backend())
    .addOption(engineFlags.batchSize())
    .option('--swa-full', 'sliding-window layers keep every token, in all configurations')
    .addOption(
      new Option('--json', "print one JSON object, with llama-bench's names").conflicts([
        'csv',
        'md',
      ]),
    )
    .addOption(new Option('--csv', 'print the same as CSV, without single samples').conflicts('md'))
    .option('--md', 'print a Markdown table like that of llama-bench')
    .addHelpText('after', examples)
    .action(action);
}
