import { describe, expect, test } from 'vitest';
import { activeWeightsBytes } from '#engine/gguf/active-weights.ts';
import type { GgufValue } from '#engine/gguf/gguf-header.ts';

const f32 = 0;
const tensor = (name: string, dimensions: number[], type = f32) => ({
  ...{ name, dimensions, type, offset: 0 },
});
const fields =
  (values: Record<string, GgufValue>) =>
  (name: string): GgufValue | undefined =>
    values[name];

const embeddings = tensor('token_embd.weight', [8, 100]);
const output = tensor('output.weight', [8, 100]);
const layer = tensor('blk.0.attn_q.weight', [8, 8]);
const none = fields({ block_count: 1 });

describe('activeWeightsBytes', () => {
  test.each([
    [
      'a row of the embeddings beside an output matrix',
      [embeddings, output, layer],
      32 + 3200 + 256,
    ],
    ['all of them where they are the output matrix', [embeddings, layer], 3200 + 256],
    [
      'a row of the tables by layer and by position',
      [tensor('per_layer_token_embd.weight', [16, 100]), tensor('position_embd.weight', [8, 50])],
      64 + 32,
    ],
    ['nothing of a layer that only predicts', [layer, tensor('blk.1.attn_q.weight', [8, 8])], 256],
  ])('would read something else than %s', (_, tensors, bytes) => {
    expect(activeWeightsBytes(tensors, none)).toBe(bytes);
  });

  const experts = [
    tensor('blk.0.ffn_up_exps.weight', [8, 4, 8]),
    tensor('blk.0.ffn_up_exps.bias', [4, 8]),
    tensor('blk.0.ffn_up_shexp.weight', [8, 4]),
    tensor('blk.0.ffn_gate_inp.weight', [8, 8]),
  ];

  test('all experts would be read for a token, or a share of those that every token is given to', () => {
    const counts = fields({ block_count: 1, expert_count: 8, expert_used_count: 2 });
    expect(activeWeightsBytes(experts, counts)).toBe((1024 + 128) / 4 + 128 + 256);
  });

  test('a number would be made up for experts without a count, or for a type that is not known', () => {
    expect(activeWeightsBytes(experts, none)).toBeNull();
    expect(activeWeightsBytes([tensor('blk.0.attn_q.weight', [8, 8], 999)], none)).toBeNull();
  });
});
