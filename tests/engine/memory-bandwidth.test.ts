import { expect, test } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { startEngine } from './engine-under-test.ts';

test('memory would not be measured without a model, or its threads be more than the machine has', async () => {
  await using engine = startEngine();
  const [one, many] = [
    await engine.client.call('measure.bandwidth', { threads: 1 }),
    await engine.client.call('measure.bandwidth', { threads: 1024 }),
  ];
  expect(one?.threads).toBe(1);
  expect(many?.threads).toBeLessThan(1024);
  for (const { samples } of [one, many].flatMap(each => each?.bytesPerSecond ?? [])) {
    expect(samples).toHaveLength(9);
    // No memory is slower than a slow disk, and none is as fast as a register: a wrong unit would be.
    for (const sample of samples) {
      expect(sample).toBeGreaterThan(1e7);
      expect(sample).toBeLessThan(1e14);
    }
  }
  expect(await engine.client.call('model.current', {})).toBeNull();
});

test('the weights that a token reads would be those of another model', async () => {
  const { activeWeightsBytes, weightsBytes, vocabularySize, embeddingLength } = describeModel(
    await readGgufFile(await ensureModel('medium')),
  );
  // Q8_0: 34 bytes for 32 numbers; of the embeddings one row is read.
  const table = (vocabularySize * embeddingLength * 34) / 32;
  expect(activeWeightsBytes).toBe(weightsBytes - table + table / vocabularySize);
});
