import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-models-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('ensureModel', () => {
  test.each(['tiny', 'head-80', 'sliding-window', 'latent', 'hybrid'] as const)(
    'writes the same bytes of %s twice, so no clock or unseeded number is in it',
    async name => {
      const first = await digest(await ensureModel(name, join(directory, 'first')));
      expect(await digest(await ensureModel(name, join(directory, 'second')))).toBe(first);
    },
  );

  test('two calls at once end in one whole file and leave no part of one behind', async () => {
    const [first, second] = await Promise.all([
      ensureModel('tiny', directory),
      ensureModel('tiny', directory),
    ]);
    expect(second).toBe(first);
    expect(await readdir(directory)).toEqual([basename(first)]);
    expect(await digest(first)).toBe(await digest(await ensureModel('tiny', join(directory, 'b'))));
  });

  test('does not write a file again that is there', async () => {
    const path = await ensureModel('tiny', directory);
    const before = await stat(path);
    await ensureModel('tiny', directory);
    expect((await stat(path)).ino).toBe(before.ino);
  });
});
