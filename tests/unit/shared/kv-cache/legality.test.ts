import { describe, expect, test } from 'vitest';
import { cacheTypes, isQuantized } from '#shared/kv-cache/cache-type.ts';
import { illegalReason } from '#shared/kv-cache/legality.ts';
import { attentionLayer } from '#shared/model/model-layer.ts';

const heads = (size: number) => [
  attentionLayer({ kvHeads: 2, keyLength: size, valueLength: size }),
];

describe('legality of cache types', () => {
  test.each(cacheTypes)(
    'V as %s without flash attention: allowed exactly when it is not quantized',
    type => {
      const reason = illegalReason(heads(64), 'f16', type, 'off');
      expect(reason === null).toBe(!isQuantized(type));
      if (reason !== null) expect(reason.suggestion).toMatch(/flash attention/);
    },
  );

  test.each(cacheTypes)(
    'K as %s without flash attention is legal: refusing it would take a choice away',
    type => {
      expect(illegalReason(heads(64), type, 'f16', 'off')).toBeNull();
    },
  );

  test.each([16, 48, 72, 80])(
    'heads of %i elements cannot hold blocks of 32: llama.cpp would abort',
    size => {
      const k = illegalReason(heads(size), 'q8_0', 'f16', 'on');
      expect(k?.message).toContain(`${size}`);
      expect(k?.message).toMatch(/^K /);
      expect(illegalReason(heads(size), 'f16', 'q4_0', 'on')?.message).toMatch(/^V /);
      expect(illegalReason(heads(size), 'f16', 'bf16', 'on')).toBeNull();
    },
  );

  test('one odd layer among many is enough to refuse', () => {
    expect(illegalReason([...heads(64), ...heads(80)], 'q8_0', 'q8_0', 'auto')).not.toBeNull();
  });

  test('two types where there is one cache: llama.cpp refuses to create the context', () => {
    const latent = [attentionLayer({ kvHeads: 1, keyLength: 576, valueLength: 0 })];
    expect(illegalReason(latent, 'q8_0', 'f16', 'on')?.message).toContain('q8_0 and f16');
    expect(illegalReason(latent, 'q8_0', 'q8_0', 'on')).toBeNull();
  });

  test('an architecture that is not understood is not refused for its heads', () => {
    expect(illegalReason(null, 'q4_0', 'q4_0', 'auto')).toBeNull();
  });
});
