import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnection } from '#renderer/connection/connection.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Port } from '#shared/rpc/port.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';

describe('connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps trying while the host is away, and waits longer each time', async () => {
    const openPort = vi
      .fn<() => Promise<Port>>()
      .mockRejectedValue(new AppError('connection-lost', 'Away.'));
    createConnection(openPort).start();
    await vi.advanceTimersByTimeAsync(500 + 1000 + 2000);
    expect(openPort).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(3999);
    expect(openPort).toHaveBeenCalledTimes(4);
  });

  it('does not knock for ever at a door that will not open', async () => {
    const openPort = vi
      .fn<() => Promise<Port>>()
      .mockRejectedValue(new AppError('not-allowed', 'Another launch.'));
    const connection = createConnection(openPort);
    connection.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(openPort).toHaveBeenCalledTimes(1);
    expect(connection.status.getState().phase).toBe('refused');
  });

  it('gives every part of the page the new client after a reconnection', async () => {
    const hostPorts: Port[] = [];
    const connection = createConnection(async () => {
      const [pagePort, hostPort] = createMemoryPorts();
      hostPorts.push(hostPort);
      return pagePort;
    });
    const opened = vi.fn();
    connection.onOpen(opened);
    connection.start();
    await vi.advanceTimersByTimeAsync(0);
    hostPorts[0]?.close();
    await vi.advanceTimersByTimeAsync(500);
    expect(opened).toHaveBeenCalledTimes(2);
    expect(connection.status.getState().phase).toBe('open');
  });

  it('answers a call without a connection instead of letting it hang', async () => {
    const connection = createConnection(() => new Promise(() => {}));
    connection.start();
    await expect(connection.call('app.info', {})).rejects.toMatchObject({
      code: 'connection-lost',
    });
  });
});
