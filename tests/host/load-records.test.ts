import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { keptPerModel } from '#host/store/load-record-store.ts';
import { openStore } from '#host/store/store.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { LoadRecord } from '#shared/model/load-record.ts';
import { startHost } from './host-under-test.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

const bytes = {
  weightsBytes: 1,
  kvKBytes: 2,
  kvVBytes: 3,
  recurrentBytes: 0,
  computeBytes: null,
};
const record = (loadedAt: number): LoadRecord => ({
  loadedAt,
  options: loadOptionsSchema.parse({}),
  backend: 'cpu',
  gpuLayers: 0,
  contextLength: 256,
  llamaCppRelease: 'b1',
  planned: bytes,
  actual: bytes,
});

test('what a load was expected to take is forgotten with the window', async () => {
  await using directory = await createTemporaryDirectory();
  const options = loadOptionsSchema.parse({ contextLength: 512 });
  {
    await using host = await startHost({
      engine: 'steady-engine',
      dataDirectory: directory.path,
      initialModelPath: null,
    });
    await host.client.call('model.load', { path: '/chosen.gguf', options });
  }
  await using host = await startHost({
    engine: 'steady-engine',
    dataDirectory: directory.path,
    initialModelPath: null,
  });
  const loads = await host.client.call('model.loads', { path: '/chosen.gguf' });
  expect(loads).toHaveLength(1);
  expect(loads[0]).toMatchObject({ options, planned: { weightsBytes: 1 } });
  expect(await host.client.call('model.loads', { path: '/other.gguf' })).toEqual([]);
});

test('the file grows with every load, or the newest load is the one that goes', async () => {
  await using directory = await createTemporaryDirectory();
  using store = openStore(join(directory.path, 'conversations.db'));
  for (let n = 0; n < keptPerModel + 5; n++) store.loads.add('/a.gguf', record(n));
  store.loads.add('/b.gguf', record(100));
  const kept = store.loads.list('/a.gguf').map(({ loadedAt }) => loadedAt);
  expect(kept).toHaveLength(keptPerModel);
  expect(kept[0]).toBe(keptPerModel + 4);
  expect(kept.at(-1)).toBe(5);
  expect(store.loads.list('/b.gguf')).toHaveLength(1);
});

test('one record that cannot be read any more hides all others', async () => {
  await using directory = await createTemporaryDirectory();
  const path = join(directory.path, 'conversations.db');
  using store = openStore(path);
  store.loads.add('/a.gguf', record(1));
  store.loads.add('/a.gguf', record(2));
  using raw = new DatabaseSync(path);
  raw.exec(`UPDATE load_records SET record = '{"loadedAt": 2}' WHERE seq = 2`);
  expect(store.loads.list('/a.gguf')).toHaveLength(1);
});
