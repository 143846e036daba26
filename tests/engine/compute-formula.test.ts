import { beforeAll, describe, expect, test } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { Backends, type OpenBackend } from '#engine/loading/backend.ts';
import { simulateModel } from '#engine/memory/memory-simulation.ts';
import { computeBufferFormula } from '#shared/fit/compute-buffer.ts';
import { reservedBytes } from '#shared/kv-cache/cache-size.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { ensureModel } from '#tools/models/catalog.ts';

let backend: OpenBackend;
beforeAll(async () => {
  backend = await new Backends().open('cpu');
});

/** Presets have no file to simulate, so the formula is all there is: a rough one. */
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
