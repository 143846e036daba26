// Which core does what, where the system lets one say so (Linux with util-linux's taskset). A decode
// that hops between cores, or shares one with a page, is up to 40 % slower from one second to the
// next, which hides what a bench is looking for.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface CorePinning {
  /** Whether it was done; elsewhere everything runs where the system puts it. */
  readonly pinned: boolean;
  /** Gives a running process, with all its threads, the first core. */
  giveFirstCore(processId: number): void;
}

/** Keeps this process, and what it starts from now on, off the first core. */
export function leaveFirstCore(): CorePinning {
  const cores = availableParallelism();
  const pinned = cores >= 2 && pin(process.pid, `1-${cores - 1}`);
  return {
    pinned,
    giveFirstCore(processId) {
      if (pinned) pin(processId, '0');
    },
  };
}

function pin(processId: number, cores: string): boolean {
  const { status } = spawnSync('taskset', ['-acp', cores, `${processId}`], { stdio: 'ignore' });
  return status === 0;
}
