import { expect, test, vi } from 'vitest';
import { createCompare } from '#renderer/compare/compare-store.ts';
import { createConnection } from '#renderer/connection/connection.ts';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import type { SavedComparison } from '#shared/compare/saved-comparison.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { createMemoryPorts } from '#shared/rpc/ports/memory-port.ts';
import { serve } from '#shared/rpc/server.ts';
import { createSignal } from '#shared/rpc/signal.ts';
import { f16, measured, measurement, q8, speedResult } from '../shared/compare/speed-result.ts';

const contract = {
  'compare.run': appContract['compare.run'],
  'comparisons.revision': appContract['comparisons.revision'],
  'comparisons.list': appContract['comparisons.list'],
  'comparisons.add': appContract['comparisons.add'],
  'comparisons.open': appContract['comparisons.open'],
};

const finished = speedResult([
  measured(f16, [measurement(100, 10)]),
  measured(q8, [measurement(200, 20)]),
]);
const ids = ['8e0b7a52-3d0c-4f0e-9a55-0a8f6b1d0001', '8e0b7a52-3d0c-4f0e-9a55-0a8f6b1d0002'];

function entry(id: string | undefined): SavedComparison {
  return {
    id: id ?? '',
    name: `Run ${id?.at(-1)}`,
    note: '',
    modelName: 'Scripted',
    configurations: ['f16', 'q8_0'],
    parts: ['speed'],
    startedAt: 0,
  };
}

/** A host that lets the test say how a run and its keeping end, over a real client and server. */
function setUp() {
  const run = Promise.withResolvers<ComparisonResult>();
  const disk = { full: false };
  const opened = new Map<string, () => void>();
  const cancelled = vi.fn();
  const connection = createConnection(async () => {
    const [pagePort, hostPort] = createMemoryPorts();
    serve(contract, hostPort, {
      'compare.run': async (_request, { signal }) => {
        signal.addEventListener('abort', cancelled);
        return await run.promise;
      },
      'comparisons.revision': createSignal(0),
      'comparisons.list': () => ids.map(entry),
      'comparisons.add': () => {
        if (disk.full) throw new AppError('storage-failed', 'The disk is full.');
        return entry(ids[0]);
      },
      'comparisons.open': async ({ id }) => {
        await new Promise<void>(resolve => opened.set(id, resolve));
        return { saved: entry(id), result: finished };
      },
    });
    return pagePort;
  });
  const compare = createCompare(connection);
  connection.start();
  compare.change({ path: '/m.gguf' });
  return { compare, connection, run, disk, opened, cancelled, state: compare.store.getState };
}

test('a result that the disk has no room for would be lost', async () => {
  const { compare, connection, run, disk, state } = setUp();
  await vi.waitFor(() => expect(connection.status.getState().phase).toBe('open'));
  disk.full = true;
  compare.start();
  run.resolve(finished);
  await vi.waitFor(() => expect(state().shown?.saveError?.code).toBe('storage-failed'));
  expect(state()).toMatchObject({ running: null, shown: { saved: null, result: finished } });
  disk.full = false;
  compare.keep();
  await vi.waitFor(() => expect(state().shown?.saved?.id).toBe(ids[0]));
  expect(state().shown?.saveError).toBeNull();
});

test('a run that the user has cancelled would be reported as a failure', async () => {
  const { compare, connection, run, cancelled, state } = setUp();
  await vi.waitFor(() => expect(connection.status.getState().phase).toBe('open'));
  compare.start();
  await vi.waitFor(() => expect(state().running).not.toBeNull());
  compare.cancel();
  expect(state().running?.cancelling).toBe(true);
  await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
  run.reject(new AppError('cancelled', 'The measurement was cancelled.'));
  await vi.waitFor(() => expect(state().running).toBeNull());
  expect(state()).toMatchObject({ error: null, shown: null });
});

test('a run whose opening takes long would take the place of one that was opened after it', async () => {
  const { compare, connection, opened, state } = setUp();
  await vi.waitFor(() => expect(connection.status.getState().phase).toBe('open'));
  for (const id of ids) compare.open(id);
  await vi.waitFor(() => expect(opened.size).toBe(2));
  opened.get(ids[1] ?? '')?.();
  await vi.waitFor(() => expect(state().shown?.saved?.id).toBe(ids[1]));
  opened.get(ids[0] ?? '')?.();
  await new Promise(resolve => setImmediate(resolve));
  expect(state().shown?.saved?.id).toBe(ids[1]);
});

test('a run would be put beside the shown one after both were closed, or an old failure stay', async () => {
  const { compare, connection, opened, state } = setUp();
  await vi.waitFor(() => expect(connection.status.getState().phase).toBe('open'));
  compare.openBeside(ids[1] ?? '');
  await vi.waitFor(() => expect(opened.size).toBe(1));
  compare.store.setState({ error: new AppError('not-found', 'Gone.').data });
  compare.close();
  opened.get(ids[1] ?? '')?.();
  await new Promise(resolve => setImmediate(resolve));
  expect(state()).toMatchObject({ shown: null, second: null, error: null });
});

test('an address that names a run would open nothing where the connection comes later', async () => {
  const { compare, opened, state } = setUp();
  compare.open(ids[0] ?? '');
  await vi.waitFor(() => expect(opened.size).toBe(1));
  opened.get(ids[0] ?? '')?.();
  await vi.waitFor(() => expect(state().shown?.saved?.id).toBe(ids[0]));
});

test('a change of one configuration would move another, or lose the rest of it', () => {
  const { compare, state } = setUp();
  const [, second] = state().choice.configurations;
  compare.changeConfiguration(second?.key ?? 0, { threads: 4 });
  compare.remove(state().choice.configurations[0]?.key ?? 0);
  expect(state().choice.configurations[0]).toMatchObject({
    key: second?.key,
    configuration: { typeK: 'q8_0', typeV: 'q8_0', threads: 4 },
  });
});
