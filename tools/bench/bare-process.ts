import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BareRequest, BareSetup } from './bare-turn.ts';

/** The bare loop in a process of its own; one request at a time. */
export interface BareProcess {
  readonly processId: number;
  /** @throws Error when the process ends instead of answering */
  ask(request: BareRequest): Promise<unknown>;
  end(): Promise<void>;
}

/** Resolves once its model is loaded. */
export async function startBareProcess(setup: BareSetup): Promise<BareProcess> {
  const child = fork(fileURLToPath(new URL('./bare-loop.ts', import.meta.url)), [
    JSON.stringify(setup),
  ]);
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => {
    throw new Error(`The bare loop ended with ${code}.`);
  });
  ended.catch(() => {});
  await Promise.race([once(child, 'message'), ended]);
  if (child.pid === undefined) throw new Error('The bare loop did not start.');
  return {
    processId: child.pid,
    async ask(request) {
      const answer = once(child, 'message');
      child.send(request);
      const [result] = await Promise.race([answer, ended]);
      return result;
    },
    async end() {
      child.disconnect();
      await exited;
    },
  };
}
