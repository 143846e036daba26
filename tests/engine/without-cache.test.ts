import { expect, test } from 'vitest';
import { ordinaryTokens } from '#engine/measure/ordinary-tokens.ts';
import { timeDecode, timeDecodeWithoutCache } from '#engine/measure/timed-evaluation.ts';
import { openMeasuredModel } from './measured-model.ts';

test('without a cache something else would be computed, whose time says nothing about a cache', async () => {
  await using target = await openMeasuredModel();
  const { signal } = new AbortController();
  for (const depth of [0, 63, 200]) {
    const text = ordinaryTokens(target.model, depth + 1, 7);
    await target.cache.clear();
    await target.cache.sequence.evaluateWithoutGeneratingNewTokens(text.slice(0, -1));
    const kept = await timeDecode(target, text.slice(-1), 8, signal);
    const again = await timeDecodeWithoutCache(target, text, 8, signal);
    expect(again.tokens).toEqual(kept.tokens);
    expect(new Set(kept.tokens).size).toBeGreaterThan(1);
  }
});
