import { engineContract } from '#shared/contract/engine-contract.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createChildProcessPort } from '#shared/rpc/ports/child-process-port.ts';
import { createEmitterMessagePort } from '#shared/rpc/ports/message-port.ts';
import { serve } from '#shared/rpc/server.ts';
import { Engine } from './engine-handlers.ts';

/**
 * Entry of the engine process: Electron's utility process, or a forked Node. It lives as long as its
 * port. A defect ends it, with the reason on stderr for the host to keep; the host starts a new one.
 */
process.on('uncaughtException', error => {
  process.stderr.write(`${error.stack ?? String(error)}\n`);
  process.exit(1);
});
process.on('unhandledRejection', reason => {
  const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
// A terminal sends its Ctrl+C and its end to every process in it. What becomes of the engine is the
// host's business: it closes the port.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});

const port = parentPort();
const engine = new Engine();
port.onClose(() => {
  // Nobody is left to answer: memory is freed by the end of the process. The port also closes when a
  // defect ends the process, and the exit code of that must stand.
  process.exit();
});
serve(engineContract, port, engine.handlers);

function parentPort(): Port {
  // Electron's addition to `process`, in a utility process only.
  if ('parentPort' in process && isEmitterPort(process.parentPort)) {
    return createEmitterMessagePort(process.parentPort);
  }
  return createChildProcessPort(process);
}

type EmitterPort = Parameters<typeof createEmitterMessagePort>[0];

function isEmitterPort(value: unknown): value is EmitterPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value;
}
