import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMemoryService } from '#host/memory/memory-service.ts';
import { engineContract } from '#shared/contract/engine-contract.ts';
import type { EngineMemory, MemorySample } from '#shared/metrics/memory-sample.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { serve } from '#shared/rpc/server.ts';

const memory: EngineMemory = {
  residentBytes: 900,
  weightsBytes: null,
  cacheReservedBytes: null,
  cacheUsedBytes: null,
  computeBytes: null,
  vramUsedBytes: null,
  vramTotalBytes: null,
};

/** An engine that answers when it is told to. */
function slowEngine() {
  const [hostPort, enginePort] = createMemoryPorts();
  const asked: (() => void)[] = [];
  const contract = { 'memory.sample': engineContract['memory.sample'] };
  serve(contract, enginePort, {
    'memory.sample': () => new Promise(resolve => asked.push(() => resolve(memory))),
  });
  const client = createClient(engineContract, hostPort);
  const session = {
    generation: 1,
    client,
    isAlive: () => true,
    died: new Promise<never>(() => {}),
  };
  return { asked, die: () => enginePort.close(), running: () => session };
}

function watcher(credits = Number.POSITIVE_INFINITY) {
  const received: MemorySample[] = [];
  const abort = new AbortController();
  const room = Promise.withResolvers<void>();
  let left = credits;
  return {
    received,
    leave: () => abort.abort(),
    giveRoom() {
      left = Number.POSITIVE_INFINITY;
      room.resolve();
    },
    context: {
      signal: abort.signal,
      emit(sample: MemorySample) {
        received.push(sample);
        return --left > 0 ? undefined : room.promise;
      },
    },
  };
}

const beats = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('memory over time', () => {
  test('questions pile up before an engine that is busy', async () => {
    const engine = slowEngine();
    const one = watcher();
    void createMemoryService(engine).watch(one.context);
    await beats(5);
    expect(engine.asked).toHaveLength(1);
    expect(one.received).toEqual([]);
    engine.asked[0]?.();
    await beats(1);
    expect(engine.asked).toHaveLength(2);
    expect(one.received).toMatchObject([{ engine: memory }]);
  });

  test('an engine that dies over the question ends the samples', async () => {
    const engine = slowEngine();
    const one = watcher();
    let running: ReturnType<typeof engine.running> | null = engine.running();
    void createMemoryService({ running: () => running }).watch(one.context);
    await beats(1);
    engine.die();
    running = null;
    await beats(2);
    expect(one.received.map(sample => sample.engine)).toEqual([null, null, null]);
    expect(one.received[0]?.hostResidentBytes).toBeGreaterThan(0);
  });

  test('samples pile up for a page that does not take them, or hold up another one', async () => {
    const slow = watcher(1);
    const quick = watcher();
    const service = createMemoryService({ running: () => null });
    void service.watch(slow.context);
    void service.watch(quick.context);
    await beats(4);
    expect(slow.received).toHaveLength(1);
    expect(quick.received).toHaveLength(5);
    slow.giveRoom();
    await beats(1);
    expect(slow.received).toHaveLength(2);
  });

  test('a clock ticks for nobody, or stops when one of two leaves', async () => {
    const [one, two] = [watcher(), watcher()];
    const service = createMemoryService({ running: () => null });
    const ended = [service.watch(one.context), service.watch(two.context)];
    expect(vi.getTimerCount()).toBe(1);
    one.leave();
    await expect(ended[0]).resolves.toBeNull();
    await beats(2);
    expect(two.received).toHaveLength(3);
    two.leave();
    await expect(ended[1]).resolves.toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    void service.watch(watcher().context);
    expect(vi.getTimerCount()).toBe(1);
  });
});
