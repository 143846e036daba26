import { describe, expect, test } from 'vitest';
import { cacheOnGpu, firstGpuLayer, weightsOnGpu } from '#shared/fit/device-split.ts';
import { budgetOf, excessBytes } from '#shared/fit/memory-pools.ts';
import { reservedBytes } from '#shared/kv-cache/cache-size.ts';
import { findPreset } from '#shared/model/presets.ts';

describe('pools', () => {
  test.each([
    ['one pool, room', { total: 80, vram: 0 }, { ramBytes: 100, vramBytes: null }, -20],
    ['one pool, too much', { total: 130, vram: 0 }, { ramBytes: 100, vramBytes: null }, 30],
    ['the GPU is full', { total: 60, vram: 50 }, { ramBytes: 100, vramBytes: 40 }, 10],
    ['RAM is full', { total: 160, vram: 20 }, { ramBytes: 100, vramBytes: 40 }, 40],
    ['both have room', { total: 60, vram: 30 }, { ramBytes: 100, vramBytes: 40 }, -10],
  ])('room in one pool makes up for another: %s', (_, need, pools, excess) => {
    expect(excessBytes(need, pools)).toBe(excess);
  });

  test('the budget is said to be RAM where the GPU has memory of its own', () => {
    expect(budgetOf({ ramBytes: 1, vramBytes: 2 })).toBe(2);
    expect(budgetOf({ ramBytes: 1, vramBytes: null })).toBe(1);
  });
});

describe('split over devices', () => {
  test('the output layer is forgotten, or the first layers go to the GPU first', () => {
    expect(firstGpuLayer(32, 0)).toBe(33);
    expect(firstGpuLayer(32, 1)).toBe(32);
    expect(firstGpuLayer(32, 2)).toBe(31);
    expect(firstGpuLayer(32, 33)).toBe(0);
    expect(firstGpuLayer(32, Number.POSITIVE_INFINITY)).toBe(0);
  });

  test('all layers offloaded leave cache in RAM, or none offloaded some on the GPU', () => {
    const layers = findPreset('llama-3.1-8b')?.layers ?? [];
    const setup = {
      typeK: 'f16',
      typeV: 'q8_0',
      contextLength: 8192,
      batchSize: 512,
      sequences: 2,
      flashAttention: true,
      swaFull: false,
    } as const;
    const all = reservedBytes(layers, setup).total;
    expect(all).toBeGreaterThan(0);
    expect(cacheOnGpu(layers, setup, layers.length + 1)).toBe(all);
    expect(cacheOnGpu(layers, setup, 0)).toBe(0);
    expect(cacheOnGpu(layers, setup, 1)).toBe(0);
    expect(cacheOnGpu(layers, setup, 9)).toBe(all / 4);
  });

  test('weights on the GPU are more than there are, or the embeddings go along', () => {
    expect(weightsOnGpu(1000, 0.1, 8, 0)).toBe(0);
    expect(weightsOnGpu(1000, 0.1, 8, 1)).toBe(100);
    expect(weightsOnGpu(1000, 0.1, 8, 5)).toBe(500);
    expect(weightsOnGpu(1000, 0.1, 8, 9)).toBe(900);
  });
});
