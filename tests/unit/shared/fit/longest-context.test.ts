import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextStep, longestContext } from '#shared/fit/longest-context.ts';

const most = 16_777_216;

async function search(totalBytes: (context: number) => number, budgetBytes: number) {
  let asked = 0;
  const found = await longestContext({
    excessBytes: async context => {
      asked++;
      return totalBytes(context) - budgetBytes;
    },
    most,
  });
  return { found, asked };
}

describe('longest context', () => {
  test('a context is offered that does not fit, or a longer one would', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        // A second slope that takes over at some length: a cache that slides, a buffer that grows.
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 0, max: 50_000 }),
        fc.integer({ min: 1, max: 1e12 }),
        async (constant, perToken, laterPerToken, bend, budget) => {
          const total = (context: number) =>
            constant + perToken * context + laterPerToken * Math.max(0, context - bend);
          const { found, asked } = await search(total, budget);
          expect(asked).toBeLessThan(60);
          expect(found % contextStep).toBe(0);
          if (found > 0) expect(total(found)).toBeLessThanOrEqual(budget);
          if (found < most) expect(total(found + contextStep)).toBeGreaterThan(budget);
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });

  test('a cache that grows steadily is simulated again and again', async () => {
    const { found, asked } = await search(context => 7e8 + 131_072 * context, 8e9);
    expect(found).toBe(55_552);
    expect(asked).toBeLessThanOrEqual(5);
  });

  test('a model whose memory does not grow has no end', async () => {
    expect((await search(() => 1000, 1000)).found).toBe(most);
    expect((await search(() => 1001, 1000)).found).toBe(0);
  });
});
