import { describe, expect, test } from 'vitest';
import { presetWeightsBytes } from '#shared/fit/preset-weights.ts';
import { bytesPerToken, textbookBytes } from '#shared/kv-cache/cache-size.ts';
import { findPreset, presets } from '#shared/model/presets.ts';

const f16 = { typeK: 'f16', typeV: 'f16' } as const;

describe('presets', () => {
  test('two of one name, or one without its source', () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
    for (const { id, source } of presets) expect(source.length, id).toBeGreaterThan(20);
  });

  test.each([
    // Published or computed by hand from each model's own numbers.
    ['llama-2-7b', 2 * 32 * 4096 * 2],
    ['llama-3.1-8b', 2 * 32 * 8 * 128 * 2],
    ['deepseek-v3', 61 * 576 * 2],
    ['gpt-oss-20b', 2 * 24 * 8 * 64 * 2],
    ['jamba-1.5-mini', 2 * 4 * 8 * 128 * 2],
    ['mamba-2.8b', 0],
  ])('a token of %s costs another number of bytes than %i', (id, bytes) => {
    expect(bytesPerToken(findPreset(id)?.layers ?? [], f16)).toBe(bytes);
  });

  test('windows in other layers than the model has', () => {
    const sliding = (id: string) =>
      findPreset(id)?.layers.flatMap((layer, index) =>
        layer.attention?.slidingWindow === null ? [index] : [],
      );
    expect(sliding('gemma-3-12b')).toEqual([5, 11, 17, 23, 29, 35, 41, 47]);
    expect(sliding('gpt-oss-20b')?.slice(0, 3)).toEqual([1, 3, 5]);
  });

  test('the state of Mamba 2.8B: 64 layers of 3 inputs and 16 values for 5,120 channels, in f32', () => {
    const { recurrent } = textbookBytes(findPreset('mamba-2.8b')?.layers ?? [], f16, 0, 1);
    expect(recurrent).toBe(64 * (3 + 16) * 5120 * 4);
  });

  test('weights of another size than the file that everybody downloads (4.58 GiB)', () => {
    const llama = findPreset('llama-3.1-8b');
    if (llama === undefined) throw new Error('no preset');
    expect(presetWeightsBytes(llama, 'q4_k_m') / 1024 ** 3).toBeCloseTo(4.58, 2);
    expect(presetWeightsBytes(llama, 'f16') / 1024 ** 3).toBeCloseTo(14.96, 2);
  });
});
