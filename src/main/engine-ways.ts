import { constants } from 'node:os';
import { type UtilityProcess, utilityProcess } from 'electron';
import type { EngineExit, EngineProcess } from '#host/engine/engine-process.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import { TextTail } from '#host/engine/text-tail.ts';
import { createEmitterMessagePort } from '#shared/rpc/ports/message-port.ts';
import type { EngineWay } from './engine-launcher.ts';

/** Characters of stderr kept for the report of a crash. */
const stderrLimit = 16_384;

/**
 * The ways to start the engine's one program, preferred first: Electron's utility process, Electron
 * run as plain Node, and that without any GPU.
 */
export function engineWays(enginePath: string): readonly [EngineWay, ...EngineWay[]] {
  const asNode = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return [
    { name: 'utility process', launch: () => forkUtilityProcess(enginePath) },
    { name: 'Electron run as Node', launch: forkEngine(enginePath, asNode) },
    {
      name: 'Electron run as Node, CPU only',
      launch: forkEngine(enginePath, { ...asNode, HEADROOM_ENGINE_BACKEND: 'cpu' }),
    },
  ];
}

function forkUtilityProcess(enginePath: string): EngineProcess {
  const child = utilityProcess.fork(enginePath, [], {
    stdio: ['ignore', 'ignore', 'pipe'],
    serviceName: 'Headroom engine',
  });
  const tail = new TextTail(stderrLimit);
  child.stderr?.setEncoding?.('utf8');
  child.stderr?.on('data', (piece: string) => tail.append(piece));
  child.on('error', (type, location) => tail.append(`\n${type} at ${location}\n`));
  const exited = new Promise<EngineExit>(resolve => {
    child.on('exit', code => resolve({ ...describeExit(code), stderrTail: tail.toString() }));
  });
  return {
    port: createEmitterMessagePort(asMessagePort(child)),
    exited,
    kill: () => kill(child),
  };
}

/** A utility process hands over bare messages where ports hand over events. */
function asMessagePort(child: UtilityProcess) {
  return {
    postMessage: (message: unknown) => child.postMessage(message),
    on(event: 'message' | 'close', listener: (event: { data: unknown }) => void) {
      if (event === 'message') child.on('message', (data: unknown) => listener({ data }));
      else child.on('exit', () => listener({ data: undefined }));
    },
    // It has no way to close its channel and stay: it is asked to end instead.
    close: () => void child.kill(),
  };
}

/** `UtilityProcess.kill` asks with SIGTERM, which an engine deep in native code need not see. */
function kill(child: UtilityProcess): void {
  const { pid } = child;
  child.kill();
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}

/**
 * Outside Windows a utility process reports the status of `waitpid`, where a small number is the
 * signal that ended it and 128 says that its memory was dumped.
 */
function describeExit(code: number): Pick<EngineExit, 'code' | 'signal'> {
  if (process.platform === 'win32') return { code, signal: null };
  const signal = Object.entries(constants.signals).find(
    ([, number]) => number > 3 && (code === number || code === (number | 128)),
  );
  return signal === undefined ? { code, signal: null } : { code: null, signal: signal[0] };
}
