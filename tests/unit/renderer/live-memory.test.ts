import { describe, expect, test, vi } from 'vitest';
import { createConnection } from '#renderer/connection/connection.ts';
import { createLiveMemory } from '#renderer/monitor/live/live-memory.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import type { MemorySample } from '#shared/metrics/memory-sample.ts';
import { TelemetryHistory } from '#shared/metrics/telemetry-history.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { serve } from '#shared/rpc/server.ts';

const contract = { 'memory.watch': appContract['memory.watch'] };
const sample: MemorySample = { hostResidentBytes: 100, engine: null };

/** A page whose visibility, connection and host the test decides on. */
function setUp() {
  const hostPorts: Port[] = [];
  const watching = new Set<(sample: MemorySample) => void>();
  const changed: (() => void)[] = [];
  let visible = true;
  let opened = 0;
  const connection = createConnection(async () => {
    const [pagePort, hostPort] = createMemoryPorts();
    hostPorts.push(hostPort);
    serve(contract, hostPort, {
      'memory.watch': async (_input, { emit, signal }) => {
        const send = (value: MemorySample) => void emit(value);
        opened++;
        watching.add(send);
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
        watching.delete(send);
        return null;
      },
    });
    return pagePort;
  });
  const telemetry = { history: new TelemetryHistory(), timePassed: () => {} };
  const memory = createLiveMemory(connection, telemetry, {
    isVisible: () => visible,
    onChange: listener => changed.push(listener),
  });
  connection.start();
  return {
    memory,
    connection,
    opened: () => opened,
    streams: (count: number) => vi.waitFor(() => expect(watching.size).toBe(count)),
    send: () => {
      for (const send of watching) send(sample);
    },
    shown: (value: MemorySample | null) =>
      vi.waitFor(() => expect(memory.current.getState().sample).toEqual(value)),
    dropConnection: () => hostPorts.at(-1)?.close(),
    see(now: boolean) {
      visible = now;
      for (const listener of changed) listener();
    },
  };
}

describe('live memory', () => {
  test('a page that shows no memory has it sampled', async () => {
    const page = setUp();
    await vi.waitFor(() => expect(page.connection.status.getState().phase).toBe('open'));
    expect(page.opened()).toBe(0);
    const watch = page.memory.watch();
    await page.streams(1);
    page.send();
    await page.shown(sample);
    watch[Symbol.dispose]();
    await page.streams(0);
    await page.shown(null);
  });

  test('a hidden page has memory sampled, or a page that is seen again does not', async () => {
    const page = setUp();
    page.memory.watch();
    await page.streams(1);
    page.see(false);
    await page.streams(0);
    page.see(true);
    await page.streams(1);
    expect(page.opened()).toBe(2);
  });

  test('two parts that show memory have it sampled twice, or the first to go takes it away', async () => {
    const page = setUp();
    const first = page.memory.watch();
    page.memory.watch();
    await page.streams(1);
    first[Symbol.dispose]();
    page.send();
    await page.shown(sample);
    expect(page.opened()).toBe(1);
  });

  test('after a lost connection the chart stands still', async () => {
    const page = setUp();
    page.memory.watch();
    await page.streams(1);
    page.send();
    await page.shown(sample);
    page.dropConnection();
    await page.shown(null);
    page.connection.retry();
    await page.streams(1);
    expect(page.opened()).toBe(2);
  });
});
