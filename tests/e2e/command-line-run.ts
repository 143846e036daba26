import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(import.meta.dirname, '..', '..', 'bin', 'headroom.js');

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files and folders that it left in the system's place for temporary ones. */
  readonly leftFiles: readonly string[];
  /** Whether a process that it started, or itself, still runs. Always false on Windows. */
  readonly leftProcesses: boolean;
}

export interface Run {
  readonly process: ChildProcess;
  /** Where its temporary files and its data lie; gone with it. */
  readonly temporary: string;
  /** Resolves with everything on standard output so far, once `wanted` accepts it. */
  untilOutput(wanted: (stdout: string) => boolean): Promise<string>;
  /** The same with standard error. */
  untilErrors(wanted: (stderr: string) => boolean): Promise<string>;
  /** What Ctrl+C in a terminal does: the signal goes to every process of the command. */
  interrupt(): void;
  readonly outcome: Promise<Outcome>;
}

/** Runs `headroom ...` as typed in a terminal, in a process group and with a place for temporary files of its own. */
export async function startCommand(args: readonly string[]): Promise<Run> {
  const temporary = await mkdtemp(join(tmpdir(), 'headroom-command-'));
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
      HEADROOM_DATA: join(temporary, 'data'),
    },
  });
  let stdout = '';
  let stderr = '';
  const lookers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
    for (const look of lookers) look();
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
    for (const look of lookers) look();
  });

  async function end(): Promise<Outcome> {
    const [exitCode] = await once(child, 'close');
    const leftFiles = await readdir(temporary);
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
    return { exitCode, stdout, stderr, leftFiles, leftProcesses: groupLives(child.pid) };
  }
  const outcome = end();

  function until(read: () => string, wanted: (text: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!wanted(read())) return;
        lookers.delete(look);
        resolve(read());
      };
      lookers.add(look);
      look();
      void outcome.then(({ stderr: said }) => reject(new Error(`It ended before that:\n${said}`)));
    });
  }

  return {
    process: child,
    temporary,
    outcome,
    untilOutput: wanted => until(() => stdout, wanted),
    untilErrors: wanted => until(() => stderr, wanted),
    interrupt() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    },
  };
}

export async function runCommand(args: readonly string[]): Promise<Outcome> {
  return await (await startCommand(args)).outcome;
}

function groupLives(processId: number | undefined): boolean {
  if (processId === undefined || process.platform === 'win32') return false;
  try {
    process.kill(-processId, 0);
    return true;
  } catch {
    return false;
  }
}
