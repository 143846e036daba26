import { z } from 'zod';
import type { EngineExit, EngineLauncher, EngineProcess } from '#host/engine/engine-process.ts';
import { type EngineMilestone, observeEngine } from './engine-milestone.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import type { Log } from './log.ts';

/** One way to start the engine; see `engine-ways.ts`. */
export interface EngineWay {
  readonly name: string;
  readonly launch: EngineLauncher;
}

export interface EngineLadderOptions {
  /** From the preferred to the last resort. */
  readonly ways: readonly [EngineWay, ...EngineWay[]];
  /** Which way worked is remembered here. */
  readonly memoryPath: string;
  /** What the memory is true for: another release of the app or of Electron starts over. */
  readonly release: string;
  readonly log: Log;
}

const memorySchema = z.object({ release: z.string(), way: z.string() });

/** Ends that come from the kind of process, or of code, rather than from what it was asked to do. */
const processFaults: ReadonlySet<string> = new Set(['SIGILL', 'SIGSEGV', 'SIGBUS', 'SIGTRAP']);

/**
 * Starts the engine the preferred way. llama.cpp crashes inside the processes of some Electron
 * releases that are fine under plain Node, so when a way proves unfit the next launch uses the next
 * one: it died before it answered at all, or of a fault of the process at its very first load.
 * A way is known to work, and is remembered, once a load has succeeded in it; from then on only
 * dying before the first answer counts against it, since a crash is then the model's doing.
 */
export function createEngineLadder(options: EngineLadderOptions): EngineLauncher {
  const { ways, memoryPath, release, log } = options;
  const memory = readJsonFile(memoryPath, memorySchema);
  const remembered = memory?.release === release ? memory.way : null;
  let index = Math.max(
    0,
    ways.findIndex(way => way.name === remembered),
  );
  let working = remembered;

  return () => {
    const way = ways[index] ?? ways[0];
    log(`the engine starts as: ${way.name}`);
    const child = way.launch();
    const { port, milestone } = observeEngine(child.port, () => {
      if (working === way.name) return;
      working = way.name;
      writeJsonFile(memoryPath, { release, way: way.name });
    });
    const exited = child.exited.then(exit => {
      if (isUnfit(milestone(), exit, working === way.name) && way === ways[index]) {
        stepDown(way, exit);
      }
      return exit;
    });
    return { port, exited, kill: child.kill } satisfies EngineProcess;
  };

  function stepDown(way: EngineWay, exit: EngineExit): void {
    const next = ways[index + 1];
    const how = exit.signal ?? `exit code ${exit.code ?? 'none'}`;
    if (next === undefined) {
      log(`the engine failed as ${way.name} (${how}), and there is no other way to start it`);
      return;
    }
    index++;
    log(`the engine failed as ${way.name} (${how}); from now on: ${next.name}`);
  }
}

function isUnfit(milestone: EngineMilestone, exit: EngineExit, known: boolean): boolean {
  if (milestone === 'started') return true;
  return milestone === 'first-load' && !known && processFaults.has(exit.signal ?? '');
}
