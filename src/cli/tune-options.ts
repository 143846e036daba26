import type { Command } from 'commander';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import { tuneRequestSchema } from '#shared/tune/tune.ts';
import { engineFlags } from './engine-flags.ts';
import { byteCount, optionValue } from './option-parsers.ts';

/** What `tune` was asked for; what was left out is the default of the request. */
export interface TuneOptions {
  readonly budget?: number;
  readonly time?: number;
  readonly floor?: number;
  readonly context?: LoadOptions['contextLength'];
  readonly typeK?: CacheType;
  readonly typeV?: CacheType;
  readonly flashAttention?: LoadOptions['flashAttention'];
  readonly threads?: LoadOptions['threads'];
  readonly batch?: number;
  readonly gpuLayers?: LoadOptions['gpuLayers'];
  readonly backend?: LoadOptions['backend'];
  readonly depth?: number;
  readonly prompt?: number;
  readonly gen?: number;
  readonly json?: boolean;
}

const _load = loadOptionsSchema.shape;
const request = tuneRequestSchema.shape;
const turn = request.turn.unwrap().shape;

const examples = `
The settings that are named are where the search begins.

Examples:
  headroom tune model.gguf
  headroom tune model.gguf --context 8192 --budget 4GiB --time 300
  headroom tune model.gguf --floor 0 --prompt 1024 --gen 64 --json`;

export function addTuneCommand(
  program: Command,
  action: (file: string, options: TuneOptions) => Promise<void>,
): void {
  program
    .command('tune')
    .description('Find faster settings for a model on this machine, within limits.')
    .argument('<file>', 'the GGUF file')
    .option(
      '--budget <size>',
      'memory for weights, cache and compute buffers, such as 4GiB',
      byteCount,
    )
    .option(
      '--time <seconds>',
      'after so long nothing new is tried (default: 180)',
      optionValue(request.timeMs.unwrap(), 'a number of seconds above 0'),
    )
    .option(
      '--floor <nats>',
      'mean divergence from f16 that cache types may cost; 0: f16 only (default: 0.01)',
      optionValue(request.floorNats.unwrap(), 'a number from 0, such as 0.01'),
    )
    .addOption(engineFlags.contextLength())
    .addOption(engineFlags.typeK())
    .addOption(engineFlags.typeV())
    .addOption(engineFlags.flashAttention())
    .addOption(engineFlags.threads())
    .addOption(engineFlags.batchSize())
    .addOption(engineFlags.gpuLayers())
    .addOption(engineFlags.backend())
    .option(
      '--depth <tokens>',
      'tokens in the cache before the turn (default: half of the context, 1024 at most)',
      optionValue(turn.depthTokens, 'a number of tokens'),
    )
    .option(
      '--prompt <tokens>',
      'tokens that the turn reads (default: 128)',
      optionValue(turn.promptTokens, 'a number of tokens above 0'),
    )
    .option(
      '--gen <tokens>',
      'tokens that the turn writes (default: 128)',
      optionValue(turn.generatedTokens, 'a number of tokens from 2 to 4096'),
    )
    .option('--json', 'print one JSON object with every trial and figure')
    .addHelpText('after', examples)
    .action(action);
}
