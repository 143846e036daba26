import { describe, expect, test } from 'vitest';
import { slowReason } from '#shared/kv-cache/slowness.ts';

describe('what a pair of types costs in speed', () => {
  test('mixed types on CUDA pass without a warning: prefill can be twenty times slower', () => {
    expect(slowReason('cuda', 'q8_0', 'q8_0')).toBeNull();
    expect(slowReason('cuda', 'q8_0', 'q4_0')).toContain('CUDA');
    expect(slowReason('cuda', 'q5_1', 'q5_1')).toContain('CUDA');
  });

  test('a figure that nobody tried is told apart from a measured one', () => {
    expect(slowReason('vulkan', 'bf16', 'bf16')).toContain('not tried');
    expect(slowReason('metal', 'iq4_nl', 'iq4_nl')).toContain('not tried');
    expect(slowReason('cpu', 'q8_0', 'q8_0')).not.toContain('not tried');
    expect(slowReason('cpu', 'bf16', 'f16')).toBeNull();
  });
});
