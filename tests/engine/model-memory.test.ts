import { beforeAll, describe, expect, test } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { Backends, type OpenBackend } from '#engine/loading/backend.ts';
import { simulateModel } from '#engine/memory/memory-simulation.ts';
import { fileMemory } from '#engine/memory/model-memory.ts';
import { reservedBytes } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';

let backend: OpenBackend;
beforeAll(async () => {
  backend = await new Backends().open('cpu');
});

describe.each([
  'tiny',
  'multi-head',
  'sliding-window',
  'latent',
  'hybrid',
  'layered-heads',
] as const)('%s', name => {
  test.each([
    ['f16', true],
    ['f32', true],
    ['q8_0', true],
    ['f16', false],
  ] as const)(
    'beyond what is simulated, %s with flash attention %s leaves the line',
    async (type, flashAttention) => {
      const path = await ensureModel(name);
      const description = describeModel(await readGgufFile(path));
      const layers = description.layers ?? [];
      const options = loadOptionsSchema.parse({
        backend: 'cpu',
        typeK: type,
        typeV: type,
        flashAttention: flashAttention ? 'on' : 'off',
        batchSize: 128,
      });
      const simulation = await simulateModel(backend, path, options, 256);
      const memory = fileMemory({ ...description, layers }, simulation, options);
      for (const contextLength of [131_328, 200_000, 1_048_576]) {
        const setup = {
          typeK: type,
          typeV: type,
          flashAttention,
          contextLength,
          batchSize: 128,
          sequences: 1,
          swaFull: false,
        };
        const context = await simulation.context(options, contextLength, 1);
        const compute = (context?.ram ?? Number.NaN) - reservedBytes(layers, setup).total;
        const bytes = await memory.bytes(setup);
        // The library rounds; a page more or less.
        expect(Math.abs(bytes.compute - compute), String(contextLength)).toBeLessThanOrEqual(4096);
      }
    },
  );
});
