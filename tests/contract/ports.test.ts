import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors/app-error.ts';
import { type Client, createClient } from '#shared/rpc/client.ts';
import { type Connection, connections } from './fixtures/connections.ts';
import { probeContract } from './fixtures/probe-contract.ts';

describe.each(connections)('the contract over %s', (_name, connect) => {
  let connection: Connection;
  let client: Client<typeof probeContract>;

  beforeEach(async () => {
    connection = await connect();
    client = createClient(probeContract, connection.port);
  });
  afterEach(() => connection.close());

  test('an answer that reaches the wrong question would show as a wrong number', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, value) => client.call('double', { value })),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, value) => value * 2));
  });

  test('a refusal that lost its code or its advice could not be branched on', async () => {
    const error = await client.call('refuse', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).data).toEqual({
      code: 'busy',
      message: 'The probe is busy.',
      suggestion: 'Ask later.',
      details: null,
    });
  });

  test('a defect in a handler must not leak as a stack trace in the message', async () => {
    const error = await client.call('stumble', {}).catch((thrown: unknown) => thrown);
    expect((error as AppError).code).toBe('internal');
    expect((error as AppError).message).not.toContain('a defect');
    expect((error as AppError).data.details).toContain('a defect');
  });

  test('input that is not as agreed is stopped at the door, and the connection lives on', async () => {
    const wrong = { value: 'seven' } as unknown as { value: number };
    const error = await client.call('double', wrong).catch((thrown: unknown) => thrown);
    expect((error as AppError).code).toBe('invalid-input');
    expect((error as AppError).message).toContain('value');
    await expect(client.call('double', { value: 7 })).resolves.toBe(14);
  });

  test('an answer that is not as agreed never reaches the caller as if it were', async () => {
    const error = await client.call('lie', {}).catch((thrown: unknown) => thrown);
    expect((error as AppError).code).toBe('internal');
  });

  test('raw packets that are not packets, or name nothing, do no harm', async () => {
    for (const junk of [
      null,
      7,
      'text',
      {},
      { type: 'call' },
      { type: 'call', id: -1, name: 'x' },
    ]) {
      connection.port.send(junk);
    }
    connection.port.send({ type: 'call', id: 900, name: 'constructor', input: {} });
    connection.port.send({ type: 'open', id: 901, name: 'double', input: {}, credits: 1 });
    connection.port.send({ type: 'grant', id: 902, credits: 1 });
    connection.port.send({ type: 'cancel', id: 903 });
    await expect(client.call('double', { value: 1 })).resolves.toBe(2);
  });

  test('items arrive in order and before the end, with and without waiting for credit', async () => {
    for (const name of ['count', 'flood'] as const) {
      const items: number[] = [];
      const end = await client.stream(
        name,
        { to: 1000 },
        { credits: 4, onItem: item => void items.push(item) },
      );
      expect(end).toBe(1000);
      expect(items).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    }
  });

  test('a slow receiver holds the producer back instead of filling memory', async () => {
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    let received = 0;
    const all = client.stream(
      'count',
      { to: 500 },
      {
        credits: 8,
        onItem: () => {
          received++;
          return gate;
        },
      },
    );
    let last = -1;
    let { emitted } = await client.call('tally', {});
    // Ask until the producer stands still: every answer is a round trip that it could have used.
    while (emitted !== last || received < 8) {
      last = emitted;
      ({ emitted } = await client.call('tally', {}));
    }
    expect(received).toBe(8);
    expect(emitted).toBeLessThanOrEqual(9);
    release();
    await expect(all).resolves.toBe(500);
    expect(received).toBe(500);
  });

  test('a cancel reaches the handler, and the caller hears of it as cancelled', async () => {
    const abort = new AbortController();
    const error = await client
      .stream('hang', {}, { signal: abort.signal, onItem: () => abort.abort() })
      .catch((thrown: unknown) => thrown);
    expect((error as AppError).code).toBe('cancelled');
    await expect
      .poll(async () => (await client.call('tally', {})).aborted, { interval: 1 })
      .toBe(1);
  });

  test('a stream that fails in the middle delivers what came before, then the error', async () => {
    const items: number[] = [];
    const error = await client
      .stream('breakOff', {}, { onItem: item => void items.push(item) })
      .catch((thrown: unknown) => thrown);
    expect(items).toEqual([1, 2]);
    expect((error as AppError).code).toBe('context-failed');
  });

  test('a late joiner gets the current value, and the last value is never lost', async () => {
    await client.call('raise', { to: 5 });
    const seen: number[] = [];
    const reached = Promise.withResolvers<void>();
    using _watch = client.watch('level', value => {
      seen.push(value);
      if (value === 3000) reached.resolve();
    });
    await client.call('double', { value: 0 });
    expect(seen[0]).toBe(5);
    await client.call('raise', { to: 3000 });
    await reached.promise;
    // Conflated: nobody needs three thousand values.
    expect(seen.length).toBeLessThan(100);
    expect(seen.slice(1)).toEqual(seen.slice(1).sort((a, b) => a - b));
  });

  test('a watch that was given up stays silent', async () => {
    const seen: number[] = [];
    const watch = client.watch('level', value => void seen.push(value));
    await client.call('double', { value: 0 });
    watch[Symbol.dispose]();
    await client.call('raise', { to: 9 });
    await client.call('double', { value: 0 });
    expect(seen).toEqual([0]);
  });

  test('when the other side dies, everybody who waits is told at once', async () => {
    const closed = new Promise<void>(resolve => client.onClose(resolve));
    const hanging = Promise.withResolvers<void>();
    const stream = client
      .stream('hang', {}, { onItem: () => hanging.resolve() })
      .catch((thrown: unknown) => thrown);
    await hanging.promise;
    await connection.cut();
    expect(((await stream) as AppError).code).toBe('connection-lost');
    await closed;
    const late = await client.call('double', { value: 1 }).catch((thrown: unknown) => thrown);
    expect((late as AppError).code).toBe('connection-lost');
  });
});
