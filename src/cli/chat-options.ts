import { type Command, Option } from 'commander';
import { type Sampling, samplingSchema } from '#shared/chat/sampling.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';
import { type LoadOptions, loadOptionsSchema } from '#shared/model/load.ts';
import { tokenPredictions } from '#shared/model/token-prediction.ts';
import { engineFlags } from './engine-flags.ts';
import { collect, optionValue } from './option-parsers.ts';

/** What `chat` was asked for; what was left out is the app's default. */
export interface ChatOptions {
  readonly prompt: readonly string[];
  readonly separate?: boolean;
  readonly system?: string;
  readonly context?: LoadOptions['contextLength'];
  readonly typeK?: CacheType;
  readonly typeV?: CacheType;
  readonly flashAttention?: LoadOptions['flashAttention'];
  readonly threads?: LoadOptions['threads'];
  readonly gpuLayers?: LoadOptions['gpuLayers'];
  readonly batch?: number;
  readonly backend?: LoadOptions['backend'];
  readonly tokenPrediction?: LoadOptions['tokenPrediction'];
  readonly gen?: Sampling['maxTokens'];
  readonly seed?: Sampling['seed'];
  readonly temperature?: number;
  readonly json?: boolean;
}

const _load = loadOptionsSchema.shape;
const sampling = samplingSchema.shape;

const examples = `
Examples:
  headroom chat model.gguf --prompt "Why is the sky blue?"
  headroom chat model.gguf --system "Answer in one sentence." --prompt "Hello" --gen 64 --seed 1
  headroom chat model.gguf --type-k q8_0 --type-v q8_0 --prompt "Hello" --prompt "Go on" --json
  headroom chat model.gguf --separate --prompt "What is 2 + 2?" --prompt "Who was Ada Lovelace?"`;

export function addChatCommand(
  program: Command,
  action: (file: string, options: ChatOptions) => Promise<void>,
): void {
  program
    .command('chat')
    .description('Load a GGUF file, send it messages and print its answers.')
    .argument('<file>', 'the GGUF file')
    .requiredOption('--prompt <text>', 'a message; give it again for the next turn', collect)
    .option('--separate', 'ask every prompt in a conversation of its own')
    .option('--system <text>', 'the system prompt')
    .addOption(engineFlags.contextLength())
    .addOption(engineFlags.typeK())
    .addOption(engineFlags.typeV())
    .addOption(engineFlags.flashAttention())
    .addOption(engineFlags.threads('threads that decode, or "auto"'))
    .addOption(engineFlags.gpuLayers())
    .addOption(engineFlags.batchSize())
    .addOption(engineFlags.backend())
    .addOption(
      new Option(
        '--token-prediction <mode>',
        'guess tokens from the prompt, and check several at once',
      ).choices(tokenPredictions),
    )
    .option(
      '--gen <tokens>',
      'tokens of one answer at most',
      optionValue(sampling.maxTokens, 'a number of tokens above 0'),
    )
    .option(
      '--seed <number>',
      'makes the choice of tokens repeatable',
      optionValue(sampling.seed, 'a whole number from 0 to 4294967295'),
    )
    .option(
      '--temperature <number>',
      '0 always takes the most probable token',
      optionValue(sampling.temperature, 'a number from 0 to 5'),
    )
    .option('--json', 'print one JSON object with the answers and every figure')
    .addHelpText('after', examples)
    .action(action);
}
