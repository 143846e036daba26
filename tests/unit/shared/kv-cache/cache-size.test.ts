import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesPerToken,
  layerCells,
  reservedBytes,
  reservedCells,
  usedBytes,
} from '#shared/kv-cache/cache-size.ts';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import type { AttentionLayer } from '#shared/model/model-description.ts';

const MiB = 1024 ** 2;

function layers(count: number, layer: Partial<AttentionLayer>): AttentionLayer[] {
  return Array.from({ length: count }, () => ({
    kvHeads: 8,
    keyLength: 128,
    valueLength: 128,
    slidingWindow: null,
    ...layer,
  }));
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
      expect(reservedBytes(llama8b, type, type, 8192, 512).total).toBe(mebibytes * MiB);
    },
  );

  test('the worked example of the subject, OPT-30B: 1.41 GB for 1024 tokens, 180.4 GB for 128 of them', () => {
    const one = reservedBytes(opt30b, 'f16', 'f16', 1024, 512).total;
    expect(one / 1e9).toBeCloseTo(1.41, 2);
    expect((one * 128) / 1e9).toBeCloseTo(180.4, 1);
  });

  test('K and V of different types or lengths must not be mixed up', () => {
    const uneven = layers(2, { kvHeads: 1, keyLength: 192, valueLength: 128 });
    const { k, v, total } = reservedBytes(uneven, 'q8_0', 'f16', 256, 512);
    expect(k).toBe(2 * 256 * 192 * 1.0625);
    expect(v).toBe(2 * 256 * 128 * 2);
    expect(total).toBe(k + v);
  });

  test('a sliding-window layer that grew past its window would overstate the cache', () => {
    const sliding = layers(1, { slidingWindow: 512 });
    const perToken = bytesPerToken(sliding, 'f16', 'f16');
    expect(usedBytes(sliding, 'f16', 'f16', 400).total).toBe(400 * perToken);
    expect(usedBytes(sliding, 'f16', 'f16', 5000).total).toBe(512 * perToken);
    expect(
      layerCells(
        { ...(sliding[0] ?? llama8b[0]), slidingWindow: 512 } as AttentionLayer,
        8192,
        512,
      ),
    ).toBe(1024);
  });

  test('for all models: never less reserved than used, and never less than asked for', () => {
    const layer = fc.record({
      kvHeads: fc.integer({ min: 1, max: 64 }),
      keyLength: fc.integer({ min: 1, max: 8 }).map(n => n * 32),
      valueLength: fc.integer({ min: 1, max: 8 }).map(n => n * 32),
      slidingWindow: fc.option(fc.integer({ min: 1, max: 4096 })),
    });
    const type = fc.constantFrom(...cacheTypes);
    fc.assert(
      fc.property(
        fc.array(layer, { minLength: 1, maxLength: 8 }),
        type,
        type,
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 32, max: 2048 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (model, typeK, typeV, context, batch, fill) => {
          const cells = reservedCells(context);
          expect(cells).toBeGreaterThanOrEqual(context);
          expect(cells - context).toBeLessThan(256);
          const reserved = reservedBytes(model, typeK, typeV, context, batch);
          const used = usedBytes(model, typeK, typeV, Math.floor(context * fill));
          expect(used.k).toBeLessThanOrEqual(reserved.k);
          expect(used.v).toBeLessThanOrEqual(reserved.v);
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });
});
