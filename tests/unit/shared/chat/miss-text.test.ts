import { describe, expect, test } from 'vitest';
import { describeDifference, describeMiss } from '#shared/chat/miss-text.ts';
import { missCauses } from '#shared/metrics/cache-miss.ts';

describe('why tokens were read again', () => {
  test.each(missCauses)('%s is explained like another cause, or with half a sentence', cause => {
    const text = describeMiss({ cause, rereadTokens: 1234 });
    expect(text).toMatch(/^1,234 tokens of earlier turns were read again, because [a-z].*\.$/);
    const others = missCauses.filter(other => other !== cause);
    expect(others.map(other => describeMiss({ cause: other, rereadTokens: 1234 }))).not.toContain(
      text,
    );
  });

  test('a difference is told where there is none', () => {
    const miss = { cause: 'restart', rereadTokens: 1, difference: null } as const;
    expect(describeDifference(miss)).toBeNull();
    expect(
      describeDifference({ ...miss, difference: { position: 1200, before: 'in words', now: 'a' } }),
    ).toBe('The first difference is at token 1,200: “in words” before, “a” now.');
  });
});
