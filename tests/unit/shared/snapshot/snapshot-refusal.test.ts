import { expect, test } from 'vitest';
import type { SnapshotIdentity } from '#shared/snapshot/snapshot.ts';
import { refusalOf } from '#shared/snapshot/snapshot-refusal.ts';

const loaded: SnapshotIdentity = {
  modelFingerprint: 'a',
  modelName: 'Some model',
  typeK: 'f16',
  typeV: 'f16',
  flashAttention: true,
  llamaCppRelease: 'b2',
  rotationLength: null,
  swaFull: false,
};
const saved = { identity: loaded, tokens: 100 };

test('a snapshot that agrees is refused, up to the last token that has room', () => {
  expect(refusalOf(saved, loaded, 100)).toBeNull();
});

test.each<[Partial<SnapshotIdentity>, RegExp]>([
  [{ modelFingerprint: 'b', modelName: 'Another' }, /made with Another, and Some model is loaded/],
  [{ modelFingerprint: 'b' }, /other weights .* both are called Some model/],
  [{ llamaCppRelease: 'b1' }, /llama\.cpp b1, and this is b2/],
  [{ typeK: 'q8_0' }, /q8_0 \(keys\) and f16 \(values\)/],
  [{ typeV: 'q4_0' }, /f16 \(keys\) and q4_0 \(values\)/],
  [{ flashAttention: false }, /without flash attention, and the model is loaded with it/],
  [{ flashAttention: null }, /flash attention/],
  [{ swaFull: true }, /kept every token, and those of the loaded model keep their window/],
])('a snapshot with %o is used, or its reason is another one', (part, reason) => {
  const refusal = refusalOf({ ...saved, identity: { ...loaded, ...part } }, loaded, 100);
  expect(refusal?.code).toBe('snapshot-refused');
  expect(refusal?.message).toMatch(reason);
});

test('a snapshot that is one token too long is used', () => {
  expect(refusalOf(saved, loaded, 99)?.message).toMatch(/holds 100 tokens.* room for 99/);
});
