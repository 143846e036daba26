import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineExit, EngineProcess } from '#host/engine/engine-process.ts';
import { createEngineLadder, type EngineWay } from '#main/engine-launcher.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';

// Which deaths count is decided by what went over the port before: here both of its ends are ours.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-ladder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Started {
  readonly way: string;
  readonly engineSide: Port;
  end(exit: Partial<EngineExit>): Promise<void>;
}

function ladder(options: { release?: string } = {}) {
  const started: Started[] = [];
  const way = (name: string): EngineWay => ({
    name,
    launch(): EngineProcess {
      const [port, engineSide] = createMemoryPorts();
      const exited = Promise.withResolvers<EngineExit>();
      started.push({
        way: name,
        engineSide,
        async end(exit) {
          exited.resolve({ code: null, signal: null, stderrTail: '', ...exit });
          await exited.promise;
        },
      });
      return { port, exited: exited.promise, kill: () => {} };
    },
  });
  const launch = createEngineLadder({
    ways: [way('first'), way('second'), way('third')],
    memoryPath: join(folder, 'way.json'),
    release: options.release ?? '1',
    log: () => {},
  });
  /** Starts an engine and talks with it up to the named point. */
  return async (upTo: 'nothing' | 'hello' | 'loading' | 'loaded' | 'refused') => {
    const child = launch();
    const engine = started.at(-1);
    if (engine === undefined) throw new Error('nothing was launched');
    const received = waitForMessages(child.port, engine.engineSide);
    if (upTo !== 'nothing') {
      child.port.send({ type: 'call', id: 0, name: 'engine.hello', input: {} });
      engine.engineSide.send({ type: 'result', id: 0, value: {} });
    }
    if (upTo === 'loading' || upTo === 'loaded' || upTo === 'refused') {
      child.port.send({ type: 'open', id: 1, name: 'model.load', input: {}, credits: 8 });
    }
    if (upTo === 'loaded') engine.engineSide.send({ type: 'end', id: 1, value: {} });
    if (upTo === 'refused') {
      const error = { code: 'model-not-gguf', message: '', suggestion: null, details: null };
      engine.engineSide.send({ type: 'error', id: 1, error });
    }
    await received();
    return {
      way: engine.way,
      async end(exit: Partial<EngineExit>) {
        await engine.end(exit);
        await child.exited;
      },
    };
  };
}

/** Memory ports deliver in microtasks, in order: a marker sent last arrives last. */
function waitForMessages(port: Port, engineSide: Port): () => Promise<void> {
  const marker = Promise.withResolvers<void>();
  port.onMessage(message => {
    if (message === 'marker') marker.resolve();
  });
  return () => {
    engineSide.send('marker');
    return marker.promise;
  };
}

const segfault = { signal: 'SIGSEGV' } as const;

describe('a way to start the engine', () => {
  test('is given up when the engine dies before it said hello, however it dies', async () => {
    const start = ladder();
    await (await start('nothing')).end({ code: 0 });
    const second = await start('nothing');
    expect(second.way).toBe('second');
    await second.end(segfault);
    expect((await start('hello')).way).toBe('third');
  });

  test('is given up when the very first load ends in a fault of the process', async () => {
    const start = ladder();
    await (await start('loading')).end(segfault);
    expect((await start('hello')).way).toBe('second');
  });

  test.each([
    ['its first load dies of memory, which every way would', 'loading', { signal: 'SIGKILL' }],
    ['llama.cpp gives up on a model', 'loading', { signal: 'SIGABRT' }],
    ['it crashes with nothing to load', 'hello', segfault],
    ['it crashes after a load that worked', 'loaded', segfault],
    ['it crashes after a load that was refused', 'refused', segfault],
  ] as const)('stays when %s', async (_why, upTo, exit) => {
    const start = ladder();
    await (await start(upTo)).end(exit);
    expect((await start('hello')).way).toBe('first');
  });

  test('stays when a damaged model crashes it, once another model has loaded in it', async () => {
    await (await ladder()('loaded')).end({ code: 0 });
    const start = ladder();
    await (await start('loading')).end(segfault);
    expect((await start('hello')).way).toBe('first');
  });

  test('that worked is the first to be tried at the next launch of the app', async () => {
    const start = ladder();
    await (await start('nothing')).end(segfault);
    await start('loaded');
    expect((await ladder()('hello')).way).toBe('second');
  });

  test('is tried anew by another release, whose Electron may have no such fault', async () => {
    const start = ladder({ release: '1' });
    await (await start('nothing')).end(segfault);
    await start('loaded');
    expect((await ladder({ release: '2' })('hello')).way).toBe('first');
  });

  test('is not left for nothing: after the last one, the last one again', async () => {
    const start = ladder();
    for (const way of ['first', 'second', 'third', 'third']) {
      const engine = await start('nothing');
      expect(engine.way).toBe(way);
      await engine.end(segfault);
    }
  });
});
