import type { Command } from 'commander';

/** What `inspect` was asked for. */
export interface InspectOptions {
  readonly json?: boolean;
}

const examples = `
Examples:
  headroom inspect model.gguf
  headroom inspect https://example.org/model.gguf
  headroom inspect preset:llama-3.1-8b --json`;

export function addInspectCommand(
  program: Command,
  action: (model: string, options: InspectOptions) => Promise<void>,
): void {
  program
    .command('inspect')
    .description('Say what a model is and what its cache costs, without loading it.')
    .argument('<model>', 'a GGUF file, its web address, or preset:NAME')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)
    .action(action);
}
