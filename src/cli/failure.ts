import { type AppErrorData, toErrorData } from '#shared/errors/app-error.ts';
import type { Terminal } from './terminal.ts';

/** What the process answers to its caller. */
export const exitCodes = {
  success: 0,
  failure: 1,
  usage: 2,
  /** As shells report a program that Ctrl+C ended. */
  interrupted: 130,
} as const;

/** Says what went wrong on standard error and, where JSON was asked for, as one object. */
export function reportFailure(
  thrown: unknown,
  terminal: Terminal,
  json: boolean,
  partialResult: object = {},
): void {
  const error = toErrorData(thrown);
  terminal.note(errorText(error));
  if (json) terminal.writeLine(JSON.stringify({ error, ...partialResult }));
}

/** What happened, what to do next, and for a defect of ours where. */
export function errorText({ code, message, suggestion, details }: AppErrorData): string {
  // A defect of ours: without its trace nobody could report it.
  const trace = code === 'internal' ? details : null;
  return [message, suggestion, trace].filter(part => part !== null).join('\n');
}

/**
 * How a command ends that something was thrown in: silently where the user has interrupted it, else with
 * the reason.
 *
 * @returns the exit code
 */
export function endWithFailure(
  thrown: unknown,
  interrupted: AbortSignal,
  terminal: Terminal,
  json: boolean,
): number {
  terminal.showProgress('');
  if (interrupted.aborted) return exitCodes.interrupted;
  reportFailure(thrown, terminal, json);
  return exitCodes.failure;
}
