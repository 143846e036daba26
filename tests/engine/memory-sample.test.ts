import { expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import {
  loadReproducible,
  runTurn,
  startEngine,
  untilSignal,
  userMessage,
} from './engine-under-test.ts';

const mebibyte = 1024 ** 2;

test('without a model there would be figures of one', async () => {
  await using engine = startEngine();
  const { residentBytes, ...ofModel } = await engine.client.call('memory.sample', {});
  expect(new Set(Object.values(ofModel))).toEqual(new Set([null]));
  // Node alone takes tens of megabytes; a figure in another unit is far from that.
  expect(residentBytes).toBeGreaterThan(20 * mebibyte);
  expect(residentBytes).toBeLessThan(1024 * mebibyte);
});

test('memory would say another thing than the fill, the load report, or the weights themselves', async () => {
  await using engine = startEngine();
  const before = await engine.client.call('memory.sample', {});
  const report = await engine.load(await ensureModel('medium'), { contextLength: 1024 });
  await runTurn(engine, [userMessage('The quiet river')]);
  const fill = await untilSignal(
    engine,
    'telemetry',
    ({ phase, cacheUsedTokens }) => phase === 'idle' && cacheUsedTokens > 0,
  );
  const sample = await engine.client.call('memory.sample', {});
  expect(sample).toMatchObject({
    weightsBytes: report.actual.weightsBytes,
    computeBytes: report.actual.computeBytes,
    cacheUsedBytes: fill.cacheUsedBytes,
    cacheReservedBytes: fill.cacheCapacityBytes,
    vramUsedBytes: null,
    vramTotalBytes: null,
  });
  // A turn has read all of the weights: they are in memory now, mapped or not.
  const { weightsBytes } = sample;
  expect(weightsBytes).toBeGreaterThan(50 * mebibyte);
  const grown = sample.residentBytes - before.residentBytes;
  expect(grown).toBeGreaterThanOrEqual((weightsBytes ?? 0) * 0.9);

  await engine.client.call('model.unload', {});
  const after = await engine.client.call('memory.sample', {});
  expect(after).toMatchObject({ weightsBytes: null, cacheReservedBytes: null });
});

test('memory asked for in the middle of a turn would wait for its end, or change its answer', async () => {
  await using engine = startEngine();
  await loadReproducible(engine, 'tiny', 1024);
  const question = [userMessage('The quiet river')];
  const sampling = { maxTokens: 200 };
  const alone = await runTurn(engine, question, { sampling });
  const used: (number | null)[] = [];
  let questions = Promise.resolve();
  const watched = await runTurn(engine, question, {
    sampling,
    onPacket(packet) {
      if (packet.type !== 'text') return;
      questions = engine.client
        .call('memory.sample', {})
        .then(sample => void used.push(sample.cacheUsedBytes));
    },
  });
  const answeredBeforeTheEnd = used.length;
  await questions;
  expect(answeredBeforeTheEnd).toBeGreaterThan(0);
  expect(watched.text).toBe(alone.text);
});
