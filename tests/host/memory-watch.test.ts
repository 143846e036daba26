import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineLauncher } from '#host/engine/engine-process.ts';
import { forkEngine } from '#host/engine/fork-engine.ts';
import type { AppContract } from '#shared/contract/app-contract.ts';
import type { MemorySample } from '#shared/metrics/memory-sample.ts';
import type { Client } from '#shared/rpc/client.ts';
import { clientPacketSchema } from '#shared/rpc/packet.ts';
import { realEngine, startHost, until, untilEngine, untilModel } from './host-under-test.ts';

// The host's beat is the test's to give; everything else takes its time.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const beat = () => vi.advanceTimersByTime(1000);

/** The real engine, and how often it was asked for its memory. */
function countedEngine() {
  const launch = forkEngine(realEngine);
  let asked = 0;
  const launchEngine: EngineLauncher = () => {
    const started = launch();
    const send = (message: unknown) => {
      const packet = clientPacketSchema.parse(message);
      if (packet.type === 'call' && packet.name === 'memory.sample') asked++;
      started.port.send(message);
    };
    return { ...started, port: { ...started.port, send } };
  };
  return { launchEngine, asked: () => asked };
}

/** Watches like a page does, from the moment that this resolves. */
async function watchMemory(client: Client<AppContract>) {
  const received: MemorySample[] = [];
  const waiting = new Set<() => void>();
  const abort = new AbortController();
  client
    .stream(
      'memory.watch',
      {},
      {
        signal: abort.signal,
        onItem(sample) {
          received.push(sample);
          for (const look of waiting) look();
        },
      },
    )
    .catch(() => {});
  // What is asked on one line is answered in order.
  const settled = () => client.call('app.info', {});
  await settled();
  return {
    settled,
    /** The nth sample, from 1, past or future. */
    sample: (nth: number) =>
      new Promise<MemorySample>(resolve => {
        const look = () => {
          const found = received[nth - 1];
          if (found !== undefined) resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async leave() {
      abort.abort();
      await settled();
    },
  };
}

test('a second window would have the engine asked twice, or the last one to go leave a clock ticking', async () => {
  const { launchEngine, asked } = countedEngine();
  await using host = await startHost({ initialModelPath: null, launchEngine });
  await untilEngine(host.client, 'ready');
  expect(vi.getTimerCount()).toBe(0);
  const one = await watchMemory(host.client);
  await one.sample(1);
  const two = await watchMemory(host.connect());
  beat();
  expect(await two.sample(1)).toEqual(await one.sample(2));
  expect(asked()).toBe(2);

  await one.leave();
  beat();
  await two.sample(2);
  expect(asked()).toBe(3);
  await two.leave();
  expect(vi.getTimerCount()).toBe(0);
  for (let time = 0; time < 60; time++) beat();
  await two.settled();
  expect(asked()).toBe(3);
});

test('an engine that dies would end the samples, or leave its figures standing', async () => {
  await using host = await startHost();
  await untilModel(host.client, 'loaded');
  const watch = await watchMemory(host.client);
  const alive = await watch.sample(1);
  expect(alive.engine?.weightsBytes).toBeGreaterThan(0);
  const { processId } = await untilEngine(host.client, 'ready');
  process.kill(processId, 'SIGKILL');
  beat();
  const dead = await watch.sample(2);
  expect(dead.engine).toBeNull();
  expect(dead.hostResidentBytes).toBeGreaterThan(0);

  await until(
    host.client,
    'engine',
    (state): state is Extract<typeof state, { phase: 'ready' }> =>
      state.phase === 'ready' && state.processId !== processId,
  );
  await untilModel(host.client, 'loaded');
  beat();
  expect((await watch.sample(3)).engine?.weightsBytes).toBe(alive.engine?.weightsBytes);
});

test('a window that is gone would be sampled for', async () => {
  await using host = await startHost({ initialModelPath: null });
  await untilEngine(host.client, 'ready');
  const window = host.connect();
  const watch = await watchMemory(window);
  await watch.sample(1);
  window.close();
  await host.client.call('app.info', {});
  expect(vi.getTimerCount()).toBe(0);
});
