import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostSnapshots, toEvict } from '#host/snapshots/snapshot-budget.ts';

const snapshots = (sizes: readonly number[]) =>
  sizes.map((bytes, index) => ({ conversationId: `c${index}`, bytes }));

test('the wrong ones go, too many, or too few', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 300 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 100_000 }), fc.nat(), (all, budget, pick) => {
      const kept = snapshots(all);
      const spared = kept.length === 0 ? null : `c${pick % kept.length}`;
      const gone = toEvict(kept, budget, spared);
      expect(gone).not.toContain(spared);
      const left = kept.filter(({ conversationId }) => !gone.includes(conversationId));
      const fits = (some: typeof kept) =>
        some.length <= mostSnapshots && some.reduce((sum, { bytes }) => sum + bytes, 0) <= budget;
      if (left.some(({ conversationId }) => conversationId !== spared)) {
        expect(fits(left)).toBe(true);
      }
      // The last one that went had to.
      const last = gone.at(-1);
      if (last !== undefined) {
        const before = kept.filter(
          ({ conversationId }) => conversationId === last || !gone.includes(conversationId),
        );
        expect(fits(before)).toBe(false);
      }
      // Those used longest ago go first.
      const oldest = kept
        .map(({ conversationId }) => conversationId)
        .filter(id => id !== spared)
        .slice(0, gone.length);
      expect(gone).toEqual(oldest);
    }),
  );
});
