import { resolve } from 'node:path';

/**
 * The model that a launch asks for: `--model FILE`, `--model=FILE`, or a .gguf file on its own, which
 * is how a system opens an associated file. Null when there is none; relative to `workingDirectory`.
 */
export function modelFromArguments(
  args: readonly string[],
  workingDirectory: string,
): string | null {
  const file = findFile(args);
  return file === undefined ? null : resolve(workingDirectory, file);
}

function findFile(args: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (arg === '--model') return args[index + 1];
    if (arg.startsWith('--model=')) return arg.slice('--model='.length);
  }
  return args.findLast(arg => !arg.startsWith('-') && arg.toLowerCase().endsWith('.gguf'));
}
