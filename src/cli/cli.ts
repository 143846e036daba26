import { runCommandLine } from './command-line.ts';

// The code alone, no exit: what is left to write is written, and what was left running would show.
process.exitCode = await runCommandLine(process.argv.slice(2));
