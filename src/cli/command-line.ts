import { Command, CommanderError } from 'commander';
import { AppError } from '#shared/errors/app-error.ts';
import { runBench } from './bench.ts';
import { addBenchCommand, type BenchOptions } from './bench-options.ts';
import { runChat } from './chat.ts';
import { addChatCommand, type ChatOptions } from './chat-options.ts';
import { runCompare } from './compare.ts';
import { addCompareCommand, type CompareOptions } from './compare-options.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { runFit } from './fit.ts';
import { addFitCommand, type FitOptions } from './fit-options.ts';
import { runInspect } from './inspect.ts';
import { addInspectCommand, type InspectOptions } from './inspect-options.ts';
import { findInstallation, type Installation } from './installation.ts';
import { runServe } from './serve.ts';
import { addServeCommand, type ServeOptions } from './serve-options.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { runTune } from './tune.ts';
import { addTuneCommand, type TuneOptions } from './tune-options.ts';

const examples = `
Examples:
  headroom serve
  headroom serve --port 8080 --no-open --model model.gguf
  headroom inspect model.gguf
  headroom fit model.gguf --budget 8GiB
  headroom bench model.gguf --cache f16,q8_0 --depth 0,1024
  headroom compare model.gguf --cache q8_0,q4_0
  headroom tune model.gguf --budget 4GiB --time 120
  headroom chat model.gguf --prompt "Why is the sky blue?"
  headroom chat model.gguf --context 8192 --type-k q8_0 --type-v q8_0 \\
      --prompt "My name is Ada." --prompt "What is my name?" --json`;

/**
 * Runs one command to its end.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  const json = args.includes('--json');
  try {
    const installation = findInstallation();
    let exitCode: number = exitCodes.success;
    const program = createProgram(installation, {
      bench: async (file, options) => {
        exitCode = await runBench(file, options, installation, terminal);
      },
      chat: async (file, options) => {
        exitCode = await runChat(file, options, installation, terminal);
      },
      compare: async (file, options) => {
        exitCode = await runCompare(file, options, installation, terminal);
      },
      fit: async (model, options) => {
        exitCode = await runFit(model, options, installation, terminal);
      },
      inspect: async (model, options) => {
        exitCode = await runInspect(model, options, installation, terminal);
      },
      serve: async options => {
        exitCode = await runServe(options, installation, terminal);
      },
      tune: async (file, options) => {
        exitCode = await runTune(file, options, installation, terminal);
      },
    });
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return reportUsage(thrown, terminal, json);
    reportFailure(thrown, terminal, json);
    return exitCodes.failure;
  }
}

interface Actions {
  bench(file: string, options: BenchOptions): Promise<void>;
  chat(file: string, options: ChatOptions): Promise<void>;
  compare(file: string, options: CompareOptions): Promise<void>;
  fit(model: string, options: FitOptions): Promise<void>;
  inspect(model: string, options: InspectOptions): Promise<void>;
  serve(options: ServeOptions): Promise<void>;
  tune(file: string, options: TuneOptions): Promise<void>;
}

function createProgram(installation: Installation, actions: Actions): Command {
  const program = new Command('headroom')
    .description('Run language models on your own machine and see what the KV cache costs.')
    .version(installation.version)
    .addHelpText('after', examples)
    .showSuggestionAfterError(false)
    .exitOverride()
    // Said by `reportUsage`, which also knows about JSON.
    .configureOutput({ outputError: () => {} });
  addBenchCommand(program, actions.bench);
  addChatCommand(program, actions.chat);
  addCompareCommand(program, actions.compare);
  addFitCommand(program, actions.fit);
  addInspectCommand(program, actions.inspect);
  addServeCommand(program, actions.serve);
  addTuneCommand(program, actions.tune);
  return program;
}

function reportUsage(error: CommanderError, terminal: Terminal, json: boolean): number {
  // Help and version were asked for and have been printed.
  if (error.exitCode === 0) return exitCodes.success;
  // The help instead of a missing command speaks for itself.
  if (error.code !== 'commander.help') {
    const [sentence = error.message] = error.message.replace(/^error: /, '').split('\n');
    const usage = new AppError('invalid-input', capitalized(sentence), {
      suggestion: 'See "headroom --help", or "headroom chat --help" for the options of a command.',
    });
    reportFailure(usage, terminal, json);
  }
  return exitCodes.usage;
}

function capitalized(sentence: string): string {
  const text = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
