import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type Electron from 'electron';
import { cloneOrThrow } from './message-channel.ts';

const parentPort = new URL('./parent-port.ts', import.meta.url).href;

/** A forked Node whose program finds `process.parentPort` instead of the fork's channel. */
export class UtilityProcess
  extends EventEmitter
  implements Pick<Electron.UtilityProcess, 'kill' | 'pid' | 'postMessage' | 'stderr' | 'stdout'>
{
  readonly #child: ChildProcess;

  constructor(modulePath: string, args: string[], options: Electron.ForkOptions) {
    super();
    const { stdio, env } = options;
    if (typeof stdio === 'string' || env !== undefined) {
      throw new Error('The harness plays neither stdio as a word nor another environment.');
    }
    const [, stdout = 'inherit', stderr = 'inherit'] = stdio ?? [];
    this.#child = fork(modulePath, args, {
      execArgv: ['--import', parentPort, ...(options.execArgv ?? [])],
      serialization: 'advanced',
      stdio: ['ignore', stdout, stderr, 'ipc'],
    });
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', message => this.emit('message', message));
    // With 'close' the pipes are drained, as they are when Electron reports the exit.
    this.#child.on('close', (code, signal) =>
      // `waitpid` reports the signal as a small number.
      this.emit('exit', signal === null ? code : constants.signals[signal]),
    );
  }

  static fork(modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}) {
    return new UtilityProcess(modulePath, args, options);
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null
      ? this.#child.pid
      : undefined;
  }

  get stdout(): NodeJS.ReadableStream | null {
    return this.#child.stdout;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }

  postMessage(message: unknown): void {
    const copy = cloneOrThrow(message);
    // What is sent to a process that is gone is lost, without a word.
    if (this.#child.connected) this.#child.send(Object(copy), () => {});
  }

  kill(): boolean {
    return this.#child.kill();
  }
}
