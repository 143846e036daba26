import { fork } from 'node:child_process';
import { createChildProcessPort } from '#shared/rpc/ports/child-process-port.ts';
import type { EngineExit, EngineLauncher } from './engine-process.ts';
import { TextTail } from './text-tail.ts';

/** Characters of stderr kept for the report of a crash: llama.cpp's last lines, not its whole log. */
const stderrLimit = 16_384;

/** Stderr may outlive the process in a grandchild that inherited it: wait no longer than this. */
const stderrDrainMs = 300;

/** Starts the engine as a child of this process, talking over Node's own channel. */
export function forkEngine(
  enginePath: string,
  environment: NodeJS.ProcessEnv = process.env,
): EngineLauncher {
  return () => {
    const child = fork(enginePath, [], {
      env: environment,
      // The flags of this process (a debugger's port, a test runner's loader) are not the engine's.
      execArgv: [],
      // What structured clone carries, as over the ports inside one process.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const tail = new TextTail(stderrLimit);
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => tail.append(piece));

    const exited = new Promise<EngineExit>(resolve => {
      const end = (code: number | null, signal: string | null) =>
        resolve({ code, signal, stderrTail: tail.toString() });
      child.on('exit', (code, signal) => {
        const timer = setTimeout(() => {
          child.stderr?.destroy();
          end(code, signal);
        }, stderrDrainMs);
        child.on('close', () => {
          clearTimeout(timer);
          end(code, signal);
        });
      });
      child.on('error', error => {
        tail.append(error.message);
        // Without a process id it never started, and no exit will follow.
        if (child.pid === undefined) end(null, null);
      });
    });
    return { port: createChildProcessPort(child), exited, kill: () => void child.kill('SIGKILL') };
  };
}
