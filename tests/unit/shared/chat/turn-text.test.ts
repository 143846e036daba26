import { describe, expect, it } from 'vitest';
import { describeDoubt, describeProgress, describeStop } from '#shared/chat/turn-text.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';

const prefill = {
  phase: 'prefill',
  reusedTokens: 3000,
  doneTokens: 1024,
  totalTokens: 4096,
  tokensPerSecond: 420,
  remainingMs: 7000,
} as const;

const figures: TurnFigures = {
  stopReason: 'end-of-turn',
  ttftMs: 100,
  ttftParts: { queue: 0, template: 1, restore: 1, prefill: 90, firstDecode: 8 },
  promptTokens: 20,
  reusedTokens: 0,
  prefilledTokens: 20,
  prefillTokensPerSecond: 200,
  decodeTokensPerSecond: 50,
  interTokenLatency: null,
  generatedTokens: 512,
  openingProbability: null,
  prediction: null,
  paced: false,
  forecastMs: null,
  miss: null,
  overflow: null,
  restored: null,
  cacheUsedTokens: 532,
  cacheCapacityTokens: 4096,
  cacheUsedBytes: null,
  cacheCapacityBytes: null,
};

describe('describeProgress', () => {
  it('counts reused tokens apart from those that are read', () => {
    expect(describeProgress(prefill)).toBe(
      'Reading 1,024 of 4,096 tokens (3,000 reused), 420 tokens/s, 7.0 s left',
    );
  });

  it('makes up no speed and no forecast before the first chunk', () => {
    const first = { ...prefill, reusedTokens: 0, doneTokens: 0, tokensPerSecond: null };
    expect(describeProgress({ ...first, remainingMs: null })).toBe('Reading 0 of 4,096 tokens');
  });

  it('promises no end, and claims no speed, while nothing moves', () => {
    expect(describeProgress(prefill, true)).toBe('Reading 1,024 of 4,096 tokens (3,000 reused)');
  });

  it('says that the model is waited for until the engine has said anything', () => {
    expect(describeProgress(null)).toBe(describeProgress({ phase: 'queued' }));
  });
});

describe('describeStop', () => {
  it('is silent about an answer that ended by itself', () => {
    expect(describeStop(figures)).toBeNull();
  });

  it('does not pass off a cut answer as a complete one', () => {
    expect(describeStop({ ...figures, stopReason: 'token-limit' })).toContain('512 tokens');
    expect(describeStop({ ...figures, stopReason: 'context-full' })).toContain('4,096 tokens');
    expect(describeStop({ ...figures, stopReason: 'stopped' })).toBe('You stopped this answer.');
  });

  it('does not count a single token in the plural', () => {
    const one = { ...figures, stopReason: 'token-limit', generatedTokens: 1 } as const;
    expect(describeStop(one)).toContain('the limit of 1 token that');
  });

  it('says all of the cache is in use only where the figures say so too', () => {
    const full = { ...figures, stopReason: 'context-full', cacheCapacityTokens: 256 } as const;
    expect(describeStop({ ...full, cacheUsedTokens: 255 })).toContain('255 of 256 tokens');
    expect(describeStop({ ...full, cacheUsedTokens: 256 })).toContain('all 256 tokens');
  });

  it('explains an answer without any text', () => {
    expect(describeStop({ ...figures, stopReason: 'stopped', generatedTokens: 0 })).toContain(
      'before its first token',
    );
  });
});

describe('describeDoubt', () => {
  it.each([
    ['was not measured', null, false],
    ['was as good as certain', 0.99, false],
    ['was improbable', 0.31, true],
  ])('would be silent, or cry wolf, where the opening %s', (_name, openingProbability, doubts) => {
    const text = describeDoubt({ ...figures, openingProbability });
    expect(text === null).toBe(!doubts);
  });
});
