import { describe, expect, it } from 'vitest';
import { readAttentionLayers } from '#engine/gguf/attention-layers.ts';
import type { GgufValue } from '#engine/gguf/gguf-header.ts';

function layers(architecture: string, fields: Record<string, GgufValue>) {
  const entries = Object.entries({
    block_count: 12,
    embedding_length: 1024,
    'attention.head_count': 16,
    'attention.head_count_kv': 4,
    ...fields,
  }).map(([key, value]): [string, GgufValue] => [`${architecture}.${key}`, value]);
  return readAttentionLayers(architecture, new Map(entries));
}

function sliding(architecture: string, fields: Record<string, GgufValue>) {
  return layers(architecture, fields)
    ?.map(layer => (layer.slidingWindow === null ? '-' : 's'))
    .join('');
}

describe('readAttentionLayers', () => {
  it('would catch head sizes not derived from the width', () => {
    expect(layers('llama', {})?.[0]).toEqual({
      kvHeads: 4,
      keyLength: 64,
      valueLength: 64,
      slidingWindow: null,
    });
  });

  it('would catch head sizes that the file states being ignored', () => {
    const stated = layers('llama', { 'attention.key_length': 128, 'attention.value_length': 96 });
    expect(stated?.[0]).toMatchObject({ keyLength: 128, valueLength: 96 });
  });

  it('would catch all attention heads counted where the file says nothing of grouping', () => {
    const entries = new Map<string, GgufValue>([
      ['gpt2.block_count', 2],
      ['gpt2.embedding_length', 768],
      ['gpt2.attention.head_count', 12],
    ]);
    expect(readAttentionLayers('gpt2', entries)).toHaveLength(2);
    expect(readAttentionLayers('gpt2', entries)?.[0]?.kvHeads).toBe(12);
  });

  it('would catch per-layer head counts read as one, and layers without attention counted', () => {
    const counts = [4, 0, 2, ...new Array<number>(9).fill(1)];
    const result = layers('deci', { 'attention.head_count_kv': counts });
    expect(result?.map(layer => layer.kvHeads)).toEqual([4, 2, ...new Array<number>(9).fill(1)]);
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
  ])('would catch the wrong layers of %s sliding', (architecture, expected) => {
    expect(sliding(architecture, { 'attention.sliding_window': 512 })).toBe(expected);
  });

  it('would catch a pattern in the file being ignored', () => {
    const window = { 'attention.sliding_window': 512 };
    expect(sliding('gemma3', { ...window, 'attention.sliding_window_pattern': 3 })).toBe(
      'ss-ss-ss-ss-',
    );
    const flags = [true, false, ...new Array<boolean>(10).fill(true)];
    expect(sliding('gemma3', { ...window, 'attention.sliding_window_pattern': flags })).toBe(
      's-ssssssssss',
    );
  });

  it.each([
    ['someday', { 'attention.sliding_window': 512 }],
    ['mamba', { 'ssm.state_size': 16 }],
    ['deepseek2', { 'attention.kv_lora_rank': 512 }],
    ['lfm2', { 'shortconv.l_cache': 3 }],
  ])('would catch figures invented for %s, whose cache is not understood', (name, fields) => {
    expect(layers(name, fields)).toBeNull();
  });
});
