import { expect, test } from 'vitest';
import { describeRestored, describeSnapshot } from '#shared/snapshot/snapshot-text.ts';

const at = (text: string) => new Date(text).getTime();
const kept = { tokens: 4012, bytes: 49_400_000, savedAt: at('2026-03-05T09:07') };

test.each([
  [kept, 1, '2026-03-05T23:00', '4,012 tokens, 47.1 MiB, saved today at 09:07.'],
  [kept, 1, '2026-03-06T08:00', '4,012 tokens, 47.1 MiB, saved on 5 March 2026 at 09:07.'],
  [null, 0, '2026-03-05T23:00', 'None. Saving is off: after another chat this one is read again.'],
])('what is on the disk is said wrongly: %o, %d, %s', (snapshot, budget, now, text) => {
  expect(describeSnapshot(snapshot, budget, at(now))).toBe(text);
});

test('a restored cache is not told from one that was read', () => {
  const restored = { tokens: 664, ms: 47, savedAt: at('2026-03-05T09:07') };
  expect(describeRestored(restored, at('2026-03-05T09:10'))).toBe(
    '664 tokens were restored from a snapshot in 47 ms instead of being read again. It was saved today at 09:07.',
  );
});
