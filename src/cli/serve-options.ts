import type { Command } from 'commander';
import { z } from 'zod';
import { optionValue } from './option-parsers.ts';

/** What `serve` was asked for. */
export interface ServeOptions {
  readonly port?: number;
  readonly model?: string;
  readonly data?: string;
  readonly open: boolean;
  readonly json?: boolean;
}

const portSchema = z.int().min(0).max(65_535);

const examples = `
Examples:
  headroom serve
  headroom serve --model model.gguf --port 8080
  headroom serve --no-open --json`;

export function addServeCommand(
  program: Command,
  action: (options: ServeOptions) => Promise<void>,
): void {
  program
    .command('serve')
    .description('Run the app in a browser on this machine until Ctrl+C.')
    .option(
      '--port <number>',
      'port on the loopback interface (default: any free one)',
      optionValue(portSchema, 'a number from 0 to 65535'),
    )
    .option('--model <file>', 'load this GGUF file instead of the last one used')
    .option('--data <folder>', 'where conversations and settings are kept')
    .option('--no-open', 'print the address and open nothing')
    .option('--json', 'print one line {"url": ...} when ready')
    .addHelpText('after', examples)
    .action(action);
}
