import { beforeAll, describe, expect, test } from 'vitest';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { Backends, type OpenBackend } from '#engine/loading/backend.ts';
import { ggmlType } from '#engine/memory/memory-simulation.ts';
import { type FitPair, fitPairs } from '#shared/fit/fit-row.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import type { ModelLayer } from '#shared/model/model-layer.ts';
import { ensureModel } from '#tools/models/catalog.ts';

let backend: OpenBackend;
beforeAll(async () => {
  backend = await new Backends().open('cpu');
});

/** Grouped heads of 64, heads that no block fits, latent attention, recurrent state alone. */
describe.each(['tiny', 'head-80', 'latent', 'recurrent'] as const)('%s on the CPU', name => {
  let path: string;
  let layers: readonly ModelLayer[] | null;
  beforeAll(async () => {
    path = await ensureModel(name);
    layers = describeModel(await readGgufFile(path)).layers;
  });

  /** Whether llama.cpp creates such a context and answers with it in numbers. */
  async function works({ typeK, typeV, flashAttention }: FitPair) {
    const model = await backend.llama.loadModel({ modelPath: path });
    try {
      const context = await model.createContext({
        contextSize: 256,
        batchSize: 64,
        threads: 1,
        flashAttention,
        experimentalKvCacheKeyType: ggmlType(typeK),
        experimentalKvCacheValueType: ggmlType(typeV),
        failedCreationRemedy: false,
      });
      const sequence = context.getSequence();
      const [last, ...rest] = model.tokenize('The quiet river meets the old road.').reverse();
      if (last === undefined) throw new Error('a text without tokens');
      await sequence.evaluateWithoutGeneratingNewTokens(rest.reverse());
      const [read] = await sequence.controlledEvaluate([
        [last, { generateNext: { probabilities: true } }],
      ]);
      const probabilities = [...(read?.next.probabilities?.values() ?? [])];
      await context.dispose();
      return probabilities.length > 0 && probabilities.every(Number.isFinite);
    } catch {
      return false;
    } finally {
      await model.dispose();
    }
  }

  test.each(cacheTypes)(
    'K as %s: the table says another thing than llama.cpp does',
    async typeK => {
      for (const pair of fitPairs('both').filter(one => one.typeK === typeK)) {
        const { typeV, flashAttention } = pair;
        const legal = illegalReason(layers, typeK, typeV, flashAttention ? 'on' : 'off') === null;
        expect(await works(pair), `V ${typeV}, flash attention ${flashAttention}`).toBe(legal);
      }
    },
  );
});
