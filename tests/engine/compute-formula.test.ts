import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { Backends, type OpenBackend } from '#engine/loading/backend.ts';
import { simulateModel } from '#engine/memory/memory-simulation.ts';
import { computeBufferFormula } from '#shared/fit/compute-buffer.ts';
import { reservedBytes } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { findPreset } from '#shared/model/presets.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { writeHollowModel } from '#tools/models/hollow-model.ts';
import { presetRecipe } from '#tools/models/preset-recipe.ts';
import { createTemporaryDirectory } from '../host/temporary-directory.ts';

let backend: OpenBackend;
beforeAll(async () => {
  backend = await new Backends().open('cpu');
});

/** Presets have no file to simulate, so the formula is all there is: a rough one for small models. */
const tolerance = 0.2;

describe.each(['tiny', 'multi-head', 'medium', 'layered-heads', 'sliding-window'] as const)(
  '%s',
  name => {
    test.each([1024, 8192])(
      'compute buffers at %i tokens far from what is simulated',
      async contextLength => {
        const path = await ensureModel(name);
        const model = describeModel(await readGgufFile(path));
        const options = loadOptionsSchema.parse({ backend: 'cpu', flashAttention: 'on' });
        const simulation = await simulateModel(backend, path, options, contextLength);
        const context = await simulation.context(options, contextLength, 1);
        const setup = { ...options, contextLength, sequences: 1, flashAttention: true };
        const simulated =
          (context?.ram ?? Number.NaN) - reservedBytes(model.layers ?? [], setup).total;
        const error = computeBufferFormula(model, setup) / simulated - 1;
        expect(Math.abs(error)).toBeLessThan(tolerance);
      },
    );
  },
);

test.each(['llama-2-7b', 'llama-3.1-8b'])(
  'compute buffers in the shape of %s far from what is simulated',
  async id => {
    await using directory = await createTemporaryDirectory();
    const preset = findPreset(id);
    if (preset === undefined) throw new Error(`no preset ${id}`);
    const path = join(directory.path, 'hollow.gguf');
    await writeHollowModel(path, presetRecipe(preset), preset.vocabularySize);
    const options = loadOptionsSchema.parse({ backend: 'cpu', flashAttention: 'on' });
    const simulation = await simulateModel(backend, path, options, 4096);
    for (const contextLength of [4096, 131_072]) {
      const context = await simulation.context(options, contextLength, 1);
      const setup = { ...options, contextLength, sequences: 1, flashAttention: true };
      const simulated = (context?.ram ?? Number.NaN) - reservedBytes(preset.layers, setup).total;
      const error = computeBufferFormula(preset, setup) / simulated - 1;
      expect(Math.abs(error), String(contextLength)).toBeLessThan(0.1);
    }
  },
);
