import { describe, expect, test } from 'vitest';
import { chosen, firstChoice, whyNot } from '#renderer/compare/compare-choice.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';

describe('whyNot', () => {
  const first = firstChoice('/m.gguf');
  const without = {
    ...first,
    configurations: [chosen(configurationSchema.parse({ keepsCache: false }))],
  };

  test('a run that the engine refuses would be begun', () => {
    expect(whyNot(first)).toBeNull();
    expect(whyNot(without)).toBeNull();
    expect(whyNot({ ...without, speed: { ...first.speed, depths: [0, 8192] } })).toBe(
      'Without a cache speed is measured behind 4,096 tokens at most.',
    );
    expect(whyNot({ ...without, speed: { ...first.speed, generatedTokens: 0 } })).toBe(
      'Without a cache speed needs tokens to generate.',
    );
  });

  test('what is not measured would stand in the way', () => {
    const parts = { ...first.parts, speed: false };
    expect(whyNot({ ...without, parts, speed: { ...first.speed, depths: [8192] } })).toBeNull();
  });
});
