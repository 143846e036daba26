import { AppError, type AppErrorData } from '#shared/errors/app-error.ts';
import { crashLimit, crashWindowMs } from './crash-breaker.ts';
import type { EngineExit } from './engine-process.ts';

const signalMeanings: Readonly<Record<string, string>> = {
  SIGKILL: 'it was killed, as the system does when memory runs out',
  SIGTERM: 'it was told to end from outside',
  SIGINT: 'it was interrupted from outside',
  SIGABRT: 'llama.cpp gave up on an internal check',
  SIGSEGV: 'it touched memory that is not its own',
  SIGBUS: 'it touched memory that could not be read, as when a model file shrinks',
  SIGILL: 'it ran an instruction that this processor lacks',
  SIGFPE: 'an arithmetic operation had no result',
};

/** A dead engine as an error: what happened, and what comes next. */
export function engineDeathError(exit: EngineExit, restarting: boolean): AppErrorData {
  return new AppError('engine-crashed', `The engine process has ended: ${cause(exit)}.`, {
    suggestion: whatComesNext(restarting),
    details: exitDetails(exit),
  }).data;
}

/** An engine that was ended because it did not get ready. */
export function engineStartError(
  reason: AppErrorData,
  exit: EngineExit,
  restarting: boolean,
): AppErrorData {
  return new AppError('engine-crashed', `The engine process did not start. ${reason.message}`, {
    suggestion: whatComesNext(restarting),
    details: [reason.details, exitDetails(exit)].filter(part => part !== null).join('\n'),
  }).data;
}

/** An engine that was ended because the user wanted another one. */
export function engineReplacedError(): AppErrorData {
  return new AppError('engine-restarted', 'The engine was restarted at your request.', {
    suggestion:
      'What there was of the answer is kept. Once the model is loaded again, continue it or ask again.',
  }).data;
}

function whatComesNext(restarting: boolean): string {
  if (restarting) return 'It is being started again; then send your message once more.';
  const seconds = crashWindowMs / 1000;
  return `It ended ${crashLimit} times within ${seconds} seconds and stays off now. Load a model to start it again, with a shorter context or fewer GPU layers if memory may be short.`;
}

function cause(exit: EngineExit): string {
  if (exit.signal !== null) {
    const meaning = signalMeanings[exit.signal];
    return meaning === undefined ? exit.signal : `${meaning} (${exit.signal})`;
  }
  if (exit.code === null) return 'it could not be started';
  // Windows reports a crash as an exit code such as 0xC0000005.
  const code = exit.code > 0xffff ? `0x${exit.code.toString(16).toUpperCase()}` : `${exit.code}`;
  return `exit code ${code}`;
}

function exitDetails(exit: EngineExit): string {
  const tail = exit.stderrTail.trimEnd();
  const lastLine = tail.slice(tail.lastIndexOf('\n') + 1);
  return [
    `exit code ${exit.code ?? 'none'}, signal ${exit.signal ?? 'none'}`,
    `last line of stderr: ${lastLine === '' ? 'none' : lastLine}`,
    ...(lastLine === tail ? [] : [tail]),
  ].join('\n');
}
