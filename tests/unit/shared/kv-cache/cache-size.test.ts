import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesPerToken,
  type CacheSetup,
  layerCells,
  reservedBytes,
  reservedCells,
  textbookBytes,
  usedBytes,
} from '#shared/kv-cache/cache-size.ts';
import { type CacheType, cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { type AttentionCache, attentionLayer, type ModelLayer } from '#shared/model/model-layer.ts';

const MiB = 1024 ** 2;

function layers(count: number, attention: Partial<AttentionCache>): ModelLayer[] {
  return Array.from({ length: count }, () =>
    attentionLayer({ kvHeads: 8, keyLength: 128, valueLength: 128, ...attention }),
  );
}

const both = (type: CacheType) => ({ typeK: type, typeV: type });

function setup(changes: Partial<CacheSetup>): CacheSetup {
  return {
    ...both('f16'),
    contextLength: 256,
    batchSize: 512,
    sequences: 1,
    flashAttention: true,
    swaFull: false,
    ...changes,
  };
}

/** 32 layers, 8 KV heads of 128 (Llama 3.1 model card). */
const llama8b = layers(32, {});
/** 48 layers, width 7168 in 56 heads of 128, no grouping (OPT paper, table 1). */
const opt30b = layers(48, { kvHeads: 56 });

describe('bytes of the cache', () => {
  test.each([
    ['f16', 1024],
    ['q8_0', 544],
    ['q4_0', 288],
  ] as const)(
    'Llama 3.1 8B at 8192 tokens in %s is %i MiB: a wrong block size would show',
    (type, mebibytes) => {
      const { total } = reservedBytes(llama8b, setup({ ...both(type), contextLength: 8192 }));
      expect(total).toBe(mebibytes * MiB);
    },
  );

  test('the worked example of the subject, OPT-30B: 1.41 GB for 1024 tokens, 180.4 GB for 128 of them', () => {
    const gigabytes = (sequences: number) =>
      textbookBytes(opt30b, both('f16'), 1024, sequences).total / 1e9;
    expect(gigabytes(1)).toBeCloseTo(1.41, 2);
    expect(gigabytes(128)).toBeCloseTo(180.4, 1);
  });

  test('K and V of different types or lengths must not be mixed up', () => {
    const uneven = layers(2, { kvHeads: 1, keyLength: 192, valueLength: 128 });
    const { k, v, total } = reservedBytes(uneven, setup({ typeK: 'q8_0' }));
    expect(k).toBe(2 * 256 * 192 * 1.0625);
    expect(v).toBe(2 * 256 * 128 * 2);
    expect(total).toBe(k + v);
  });

  test('a sliding-window layer that grew past its window would overstate the cache', () => {
    const sliding = layers(1, { slidingWindow: 512 });
    const perToken = bytesPerToken(sliding, both('f16'));
    expect(usedBytes(sliding, setup({}), 400).total).toBe(400 * perToken);
    expect(usedBytes(sliding, setup({}), 5000).total).toBe(512 * perToken);
    const attention = sliding[0]?.attention;
    expect(attention && layerCells(attention, 8192, setup({}))).toBe(1024);
  });

  test('a full window cache that stopped at the window would be found too small only by llama.cpp', () => {
    const whole = setup({ swaFull: true, contextLength: 8192 });
    const sliding = layers(3, { slidingWindow: 512 });
    expect(reservedBytes(sliding, whole)).toEqual(reservedBytes(layers(3, {}), whole));
    expect(usedBytes(sliding, whole, 5000)).toEqual(usedBytes(layers(3, {}), whole, 5000));
  });

  test('latent attention given a V, or recurrent state that grows with the context', () => {
    const latent = layers(3, { kvHeads: 1, keyLength: 576, valueLength: 0 });
    expect(reservedBytes(latent, setup({}))).toMatchObject({ k: 3 * 256 * 576 * 2, v: 0 });
    const recurrent = { attention: null, recurrent: { shift: 6, state: 10 }, sharesCache: false };
    for (const contextLength of [256, 8192]) {
      const bytes = reservedBytes([recurrent], setup({ contextLength, sequences: 4 }));
      expect(bytes).toEqual({ k: 0, v: 0, recurrent: 4 * 16 * 4, total: 4 * 16 * 4 });
    }
    expect(usedBytes([recurrent], setup(both('q8_0')), 99).total).toBe(16 * 4);
  });

  test('a layer that shares a cache, or has none, counted as an owner', () => {
    const without = { attention: null, recurrent: null, sharesCache: true };
    expect(reservedBytes([...llama8b, without], setup({}))).toEqual(
      reservedBytes(llama8b, setup({})),
    );
  });

  test('V without flash attention: rows as long as the longest of any layer', () => {
    const uneven = [...layers(1, { kvHeads: 4 }), ...layers(1, { kvHeads: 1 })];
    const on = reservedBytes(uneven, setup({}));
    const off = reservedBytes(uneven, setup({ flashAttention: false }));
    expect(off.k).toBe(on.k);
    expect(off.v).toBe(2 * 256 * 4 * 128 * 2);
  });

  test('for all models: never less reserved than used, and never less than asked for', () => {
    const attention = fc.record({
      kvHeads: fc.integer({ min: 1, max: 64 }),
      keyLength: fc.integer({ min: 1, max: 8 }).map(n => n * 32),
      valueLength: fc.integer({ min: 0, max: 8 }).map(n => n * 32),
      slidingWindow: fc.option(fc.integer({ min: 1, max: 4096 })),
    });
    const layer = fc.record({
      attention: fc.option(attention),
      recurrent: fc.option(fc.record({ shift: fc.nat(999), state: fc.nat(999) })),
      sharesCache: fc.constant(false),
    });
    const type = fc.constantFrom(...cacheTypes);
    fc.assert(
      fc.property(
        fc.array(layer, { minLength: 1, maxLength: 8 }),
        type,
        type,
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 32, max: 2048 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (model, typeK, typeV, contextLength, batchSize, flashAttention, fill) => {
          const cells = reservedCells(contextLength);
          expect(cells).toBeGreaterThanOrEqual(contextLength);
          expect(cells - contextLength).toBeLessThan(256);
          const one = setup({ typeK, typeV, contextLength, batchSize, flashAttention });
          const reserved = reservedBytes(model, one);
          const used = usedBytes(model, one, Math.floor(contextLength * fill));
          expect(used.k).toBeLessThanOrEqual(reserved.k);
          expect(used.v).toBeLessThanOrEqual(reserved.v);
          expect(used.recurrent).toBe(reserved.recurrent);
          expect(reservedBytes(model, { ...one, sequences: 3 }).total).toBe(3 * reserved.total);
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });
});
