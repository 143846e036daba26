import { describe, expect, it } from 'vitest';
import type { GgufValue } from '#engine/gguf/gguf-header.ts';
import { readModelLayers } from '#engine/gguf/model-layers.ts';
import { layerKind } from '#shared/model/model-layer.ts';

function layers(architecture: string, fields: Record<string, GgufValue>) {
  const entries = Object.entries({
    block_count: 12,
    embedding_length: 1024,
    'attention.head_count': 16,
    'attention.head_count_kv': 4,
    ...fields,
  }).map(([key, value]): [string, GgufValue] => [`${architecture}.${key}`, value]);
  return readModelLayers(architecture, new Map(entries));
}

function sliding(architecture: string, fields: Record<string, GgufValue>) {
  return layers(architecture, fields)
    ?.map(layer => (layer.attention?.slidingWindow == null ? '-' : 's'))
    .join('');
}

describe('readModelLayers', () => {
  it('would catch head sizes not derived from the width', () => {
    expect(layers('llama', {})?.[0]?.attention).toEqual({
      kvHeads: 4,
      keyLength: 64,
      valueLength: 64,
      slidingWindow: null,
    });
  });

  it('would catch head sizes that the file states being ignored', () => {
    const stated = layers('llama', { 'attention.key_length': 128, 'attention.value_length': 96 });
    expect(stated?.[0]?.attention).toMatchObject({ keyLength: 128, valueLength: 96 });
  });

  it('would catch all attention heads counted where the file says nothing of grouping', () => {
    const entries = new Map<string, GgufValue>([
      ['gpt2.block_count', 2],
      ['gpt2.embedding_length', 768],
      ['gpt2.attention.head_count', 12],
    ]);
    expect(readModelLayers('gpt2', entries)).toHaveLength(2);
    expect(readModelLayers('gpt2', entries)?.[0]?.attention?.kvHeads).toBe(12);
  });

  it('would catch per-layer head counts read as one, and layers without attention counted', () => {
    const counts = [4, 0, 2, ...new Array<number>(9).fill(1)];
    const result = layers('deci', { 'attention.head_count_kv': counts });
    expect(result?.map(layer => layer.attention?.kvHeads ?? 0)).toEqual(counts);
    expect(result?.[1] && layerKind(result[1])).toBe('none');
  });

  it.each([
    ['gemma2', 's-s-s-s-s-s-'],
    ['gemma3', 'sssss-sssss-'],
    ['gemma3n', 'ssss-ssss-ss'],
    ['cohere2', 'sss-sss-sss-'],
    ['gpt-oss', 's-s-s-s-s-s-'],
    ['smallthinker', '-sss-sss-sss'],
    ['llama', '------------'],
    ['phi3', '------------'],
    ['someday', '------------'],
  ])('would catch the wrong layers of %s sliding', (architecture, expected) => {
    expect(sliding(architecture, { 'attention.sliding_window': 512 })).toBe(expected);
  });

  it('would catch a pattern in the file being ignored', () => {
    const window = { 'attention.sliding_window': 512 };
    expect(sliding('gemma3', { ...window, 'attention.sliding_window_pattern': 3 })).toBe(
      'ss-ss-ss-ss-',
    );
    const flags = [true, false, ...new Array<boolean>(10).fill(true)];
    expect(sliding('gemma4', { ...window, 'attention.sliding_window_pattern': flags })).toBe(
      's-ssssssssss',
    );
  });

  it('would catch flags heeded where llama.cpp passes over them', () => {
    const fields = {
      'attention.sliding_window': 512,
      'attention.sliding_window_pattern': new Array<boolean>(12).fill(false),
    };
    expect(sliding('gemma3', fields)).toBe('sssss-sssss-');
  });

  it('would catch the window of the file taken where llama.cpp has its own', () => {
    const window = (architecture: string, declared: number) =>
      layers(architecture, { 'attention.sliding_window': declared })?.[1]?.attention?.slidingWindow;
    expect(window('smallthinker', 512)).toBe(4096);
    expect(window('smallthinker', 0)).toBeNull();
    expect(window('llama4', 512)).toBe(8192);
    expect(layers('smallthinker', {})?.[1]?.attention?.slidingWindow).toBeNull();
  });

  it('would catch layers that only predict a second token sliding', () => {
    const fields = { 'attention.sliding_window': 512, nextn_predict_layers: 4 };
    expect(sliding('exaone-moe', fields)).toBe('sss-sss-----');
  });

  it('would catch latent attention counted as heads, and old files that cache heads as latent', () => {
    const rank = { 'attention.kv_lora_rank': 512, 'rope.dimension_count': 64 };
    const [layer] =
      layers('deepseek2', {
        ...rank,
        'attention.head_count_kv': 1,
        'attention.key_length': 576,
        'attention.value_length': 512,
        'attention.key_length_mla': 192,
        'attention.value_length_mla': 128,
      }) ?? [];
    expect(layer?.attention).toEqual({
      kvHeads: 1,
      keyLength: 576,
      valueLength: 0,
      slidingWindow: null,
    });
    expect(layer && layerKind(layer)).toBe('latent');
    const [old] =
      layers('deepseek2', {
        ...rank,
        'attention.head_count_kv': 16,
        'attention.key_length': 192,
        'attention.value_length': 128,
      }) ?? [];
    expect(old?.attention).toMatchObject({ kvHeads: 16, keyLength: 192, valueLength: 128 });
  });

  it('would catch the state of Mamba computed without its convolution', () => {
    const fields = { 'ssm.conv_kernel': 4, 'ssm.inner_size': 2048, 'ssm.state_size': 16 };
    const [layer] = layers('mamba', fields) ?? [];
    expect(layer?.recurrent).toEqual({ shift: 3 * 2048, state: 16 * 2048 });
    expect(layer?.attention).toBeNull();
    const [grouped] = layers('mamba2', { ...fields, 'ssm.group_count': 8 }) ?? [];
    expect(grouped?.recurrent?.shift).toBe(3 * (2048 + 2 * 8 * 16));
  });

  it.each([
    ['jamba', 'rrrrarrrrrar'],
    ['granitehybrid', 'rrrrarrrrrar'],
    ['lfm2', 'rrrrarrrrrar'],
  ])('would catch attention counted in the recurrent layers of %s', (architecture, expected) => {
    const counts = [0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 8, 0];
    const found = layers(architecture, {
      'attention.head_count_kv': counts,
      ...(architecture === 'lfm2'
        ? { 'shortconv.l_cache': 3 }
        : { 'ssm.conv_kernel': 4, 'ssm.inner_size': 2048, 'ssm.state_size': 16 }),
    });
    expect(found?.map(layer => (layer.recurrent === null ? 'a' : 'r')).join('')).toBe(expected);
    expect(found?.every(layer => (layer.attention === null) !== (layer.recurrent === null))).toBe(
      true,
    );
  });

  it('would catch a layer with attention beside its state counted as one of both', () => {
    const found = layers('falcon-h1', {
      'ssm.conv_kernel': 4,
      'ssm.inner_size': 2048,
      'ssm.state_size': 16,
    });
    expect(found?.map(layerKind)).toEqual(new Array(12).fill('attention and recurrent'));
  });

  it('would catch layers that share a cache counted as owners of one', () => {
    const found = layers('gemma4', { 'attention.shared_kv_layers': 5 });
    expect(found?.filter(layer => layer.sharesCache)).toHaveLength(5);
    expect(found?.findIndex(layer => layer.sharesCache)).toBe(7);
  });

  it.each([
    ['cohere2moe', { 'attention.sliding_window': 512 }],
    ['gemma4', { 'attention.sliding_window': 512 }],
    ['someday', { 'ssm.state_size': 16 }],
    ['mamba', { 'ssm.state_size': 16 }],
    ['deepseek32', { 'attention.indexer.head_count': 64 }],
  ])(
    'would catch figures invented for %s with %j, whose cache is not understood',
    (name, fields) => {
      expect(layers(name, fields)).toBeNull();
    },
  );
});
