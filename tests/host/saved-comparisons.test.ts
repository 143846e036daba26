import { fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { createSavedComparisons } from '#host/compare/saved-comparisons.ts';
import { createComparisonStore } from '#host/store/comparison-store.ts';
import { openDatabase } from '#host/store/database.ts';
import { migrations } from '#host/store/migrations.ts';
import { openStore } from '#host/store/store.ts';
import { startServer } from '#server/server.ts';
import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import { exportComparison } from '#shared/compare/export.ts';
import { appContract } from '#shared/contract/app-contract.ts';
import { createClient } from '#shared/rpc/client.ts';
import { createWebSocketPort } from '#shared/rpc/ports/web-socket-port.ts';
import { longResult } from '#tools/bench/long-result.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { fixturePath, type HostUnderTest, startHost, until } from './host-under-test.ts';
import { dial } from './server/server-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const small = longResult(2, 20);
const gone = '0b0e7a3c-7f0e-4a0e-9c3e-2f6d1c1a9b11';

async function measured(host: HostUnderTest): Promise<ComparisonResult> {
  const types = [{}, { typeK: 'q8_0', typeV: 'q8_0' }];
  return await host.client.stream(
    'compare.run',
    {
      path: await ensureModel('tiny'),
      options: { backend: 'cpu', gpuLayers: 0 },
      configurations: types.map(each => configurationSchema.parse({ ...each, threads: 1 })),
      speed: { depths: [0], promptTokens: 16, generatedTokens: 4, repetitions: 1 },
      fidelity: { tokens: 24 },
    },
    { onItem() {} },
  );
}

function startScripted(dataDirectory?: string): Promise<HostUnderTest> {
  return startHost({
    engine: 'steady-engine',
    initialModelPath: null,
    ...(dataDirectory === undefined ? {} : { dataDirectory }),
  });
}

function rowCounts(path: string): unknown {
  using raw = new DatabaseSync(path);
  return raw
    .prepare(
      `SELECT (SELECT count(*) FROM comparisons) AS runs,
              (SELECT count(*) FROM comparison_results) AS results`,
    )
    .get();
}

test('a run that was kept would be gone after a restart, or have other figures', async () => {
  await using data = await createTemporaryDirectory();
  let result: ComparisonResult;
  {
    await using host = await startHost({ initialModelPath: null, dataDirectory: data.path });
    result = await measured(host);
    const saved = await host.client.call('comparisons.add', { result });
    expect(saved).toMatchObject({
      name: `${result.facts.model.name}: f16, q8_0`,
      note: '',
      modelName: result.facts.model.name,
      configurations: ['f16', 'q8_0'],
      parts: ['speed', 'fidelity'],
      startedAt: result.facts.startedAt,
    });
  }
  await using host = await startScripted(data.path);
  const { client } = host;
  const [listed] = await client.call('comparisons.list', {});
  const id = listed?.id ?? '';
  expect(await client.call('comparisons.open', { id })).toEqual({ saved: listed, result });

  const renamed = await client.call('comparisons.update', { id, name: ' Before / after ' });
  expect(renamed).toEqual({ ...listed, name: 'Before / after' });
  const noted = await client.call('comparisons.update', { id, note: 'With the door open.' });
  expect(noted).toEqual({ ...renamed, note: 'With the door open.' });
  const opened = await client.call('comparisons.open', { id });
  expect(opened).toEqual({ saved: noted, result });
  const { fileName, text } = exportComparison(opened.result, noted.name, noted.note, 'json');
  expect(fileName).toBe('Before-after.json');
  expect(JSON.parse(text)).toMatchObject({ note: 'With the door open.', result });

  expect(await client.call('comparisons.delete', { id })).toBeNull();
  expect(await client.call('comparisons.list', {})).toEqual([]);
  expect(rowCounts(join(host.dataDirectory, 'conversations.db'))).toEqual({ runs: 0, results: 0 });
});

test('a run over 32,768 tokens would break the connection of the browser shell', async () => {
  await using host = await startScripted();
  await using server = await startServer({
    host: host.host,
    rendererDirectory: join(import.meta.dirname, '../../src/renderer'),
  });
  const url = new URL(server.url);
  const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? '';
  const client = createClient(appContract, createWebSocketPort(dial({ url, token })));
  const result = longResult(8, 32_767);
  const { id } = await client.call('comparisons.add', { result });
  const opened = await client.call('comparisons.open', { id });
  // Told apart by hand: a difference among a million of numbers is no message to read.
  expect(isDeepStrictEqual(opened.result, result)).toBe(true);
  client.close();
});

test('a full disk would list half of a run, or refuse the run for good', async () => {
  await using data = await createTemporaryDirectory();
  const path = join(data.path, 'conversations.db');
  using database = openDatabase(path);
  const comparisons = createSavedComparisons(createComparisonStore(database, path));
  const kept = comparisons.add(small);
  const result = longResult(4, 1000);
  // A file that may grow no further is a full disk to SQLite.
  database.exec('PRAGMA max_page_count = 1');
  expect(() => comparisons.add(result)).toThrow(
    expect.objectContaining({
      code: 'storage-failed',
      message: expect.stringContaining('the disk is full'),
    }),
  );
  expect(comparisons.list()).toEqual([kept]);
  expect(comparisons.revision.get()).toBe(1);
  expect(rowCounts(path)).toEqual({ runs: 1, results: 1 });
  database.exec('PRAGMA max_page_count = 1000000');
  const { id } = comparisons.add(result);
  expect(comparisons.open(id).result).toEqual(result);
});

test.each(['comparisons', 'comparison_results'])(
  'a process killed behind its row in %s would leave half of a run',
  async table => {
    await using data = await createTemporaryDirectory();
    const path = join(data.path, 'conversations.db');
    const killed = fork(fixturePath('killed-in-adding'), [path, table], { execArgv: [] });
    const [code, signal] = await once(killed, 'exit');
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
    // Some of it had reached the disk.
    if (table === 'comparison_results') {
      expect((await stat(`${path}-wal`)).size).toBeGreaterThan(1_000_000);
    }
    using store = openStore(path);
    expect(store.comparisons.list()).toEqual([]);
    expect(rowCounts(path)).toEqual({ runs: 0, results: 0 });
    const comparisons = createSavedComparisons(store.comparisons);
    expect(comparisons.open(comparisons.add(small).id).result).toEqual(small);
  },
);

test.each([
  ['of an older release', `'{"facts": {}}'`],
  ['that are damaged', `'{"facts'`],
])('figures %s would take the list with them, or be deleted', async (_what, stored) => {
  await using host = await startScripted();
  const { client } = host;
  const { id } = await client.call('comparisons.add', { result: small });
  const other = await client.call('comparisons.add', { result: small });
  const path = join(host.dataDirectory, 'conversations.db');
  {
    using raw = new DatabaseSync(path);
    raw.exec(`UPDATE comparison_results SET result = ${stored} WHERE seq = 1`);
  }
  await expect(client.call('comparisons.open', { id })).rejects.toMatchObject({
    code: 'storage-failed',
    message: expect.stringContaining('another version of Headroom'),
  });
  const list = await client.call('comparisons.list', {});
  expect(list.map(each => each.id)).toEqual([other.id, id]);
  expect(rowCounts(path)).toEqual({ runs: 2, results: 2 });
  await client.call('comparisons.delete', { id });
  expect((await client.call('comparisons.open', { id: other.id })).result).toEqual(small);
});

test('a run that is gone would be opened, changed or deleted as if it were there', async () => {
  await using host = await startScripted();
  const { client } = host;
  for (const request of [
    client.call('comparisons.open', { id: gone }),
    client.call('comparisons.update', { id: gone, name: 'Again' }),
    client.call('comparisons.delete', { id: gone }),
  ]) {
    await expect(request).rejects.toMatchObject({ code: 'not-found' });
  }
});

test('another window would show the list as it was', async () => {
  await using host = await startScripted();
  const other = host.connect();
  const changed = async (before: number) =>
    await until(other, 'comparisons.revision', (now): now is number => now > before);
  const { id } = await host.client.call('comparisons.add', { result: small });
  const added = await changed(0);
  await host.client.call('comparisons.update', { id, note: 'Seen' });
  const updated = await changed(added);
  expect(await other.call('comparisons.list', {})).toMatchObject([{ note: 'Seen' }]);
  await host.client.call('comparisons.delete', { id });
  await changed(updated);
  expect(await other.call('comparisons.list', {})).toEqual([]);
});

test('the last run would be somewhere down the list', async () => {
  await using data = await createTemporaryDirectory();
  using store = openStore(join(data.path, 'conversations.db'));
  const comparisons = createSavedComparisons(store.comparisons);
  const begunAt = (startedAt: number): ComparisonResult => ({
    ...small,
    facts: { ...small.facts, startedAt },
  });
  for (const startedAt of [2, 1, 3]) comparisons.add(begunAt(startedAt));
  expect(comparisons.list().map(({ startedAt }) => startedAt)).toEqual([3, 2, 1]);
});

test('the list would read all figures', async () => {
  await using data = await createTemporaryDirectory();
  const path = join(data.path, 'conversations.db');
  using store = openStore(path);
  const { id } = createSavedComparisons(store.comparisons).add(small);
  using raw = new DatabaseSync(path);
  raw.exec('ALTER TABLE comparison_results RENAME TO elsewhere');
  expect(store.comparisons.list()).toHaveLength(1);
  expect(() => store.comparisons.result(id)).toThrow('comparison_results');
});

test('a release without kept runs would leave a file that this one cannot open', async () => {
  await using data = await createTemporaryDirectory();
  const path = join(data.path, 'conversations.db');
  openDatabase(path, migrations.slice(0, 4)).close();
  using store = openStore(path);
  const comparisons = createSavedComparisons(store.comparisons);
  const saved = comparisons.add(small);
  expect(comparisons.open(saved.id)).toEqual({ saved, result: small });
});
