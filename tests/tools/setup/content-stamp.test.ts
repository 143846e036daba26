import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentHash, isStamped, writeStamp } from '#tools/setup/content-stamp.mjs';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'headroom-stamp-'));
  await mkdir(path.join(root, 'src', 'deep'), { recursive: true });
  await writeFile(path.join(root, 'src', 'deep', 'a.ts'), 'one');
  await writeFile(path.join(root, 'package.json'), '{}');
});

afterEach(() => rm(root, { recursive: true, force: true }));

const hash = () => contentHash(['src', 'package.json', 'missing'], root);

test('sources that did not change are not built again', async () => {
  expect(await hash()).toBe(await hash());
});

test('a changed line deep in the tree is not overlooked', async () => {
  const before = await hash();
  await writeFile(path.join(root, 'src', 'deep', 'a.ts'), 'two');
  expect(await hash()).not.toBe(before);
});

test('a renamed file is not overlooked', async () => {
  const before = await hash();
  await rename(path.join(root, 'src', 'deep', 'a.ts'), path.join(root, 'src', 'deep', 'b.ts'));
  expect(await hash()).not.toBe(before);
});

test('a stamp of other sources does not count', async () => {
  const stamp = path.join(root, 'dist', '.stamp');
  expect(isStamped(stamp, 'a')).toBe(false);
  await writeStamp(stamp, 'a');
  expect(isStamped(stamp, 'a')).toBe(true);
  expect(isStamped(stamp, 'b')).toBe(false);
});
