import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, parse } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listModelFiles } from '#host/files/model-files.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await createTemporaryDirectory();
});
afterEach(() => directory[Symbol.asyncDispose]());

async function file(name: string, bytes = 0): Promise<void> {
  const path = join(directory.path, name);
  await writeFile(path, '');
  await truncate(path, bytes);
}

describe('a folder as the load panel shows it', () => {
  test('what is no model would hide those that are, or numbers sort as text', async () => {
    for (const name of ['model-10.gguf', 'model-9.GGUF', 'Alpha.gguf', 'notes.txt', '.x.gguf']) {
      await file(name, 5);
    }
    for (const name of ['zoo', 'Apes', '.cache']) await mkdir(join(directory.path, name));
    const listing = await listModelFiles(directory.path);
    expect(listing.directory).toBe(directory.path);
    expect(listing.parent).toBe(dirname(directory.path));
    expect(listing.entries).toEqual([
      ...['Apes', 'zoo'].map(name => ({
        name,
        path: join(directory.path, name),
        kind: 'directory',
        bytes: null,
      })),
      ...['Alpha.gguf', 'model-9.GGUF', 'model-10.gguf'].map(name => ({
        name,
        path: join(directory.path, name),
        kind: 'model',
        bytes: 5,
      })),
    ]);
  });

  test('a model in parts would be shown as many, each too small', async () => {
    for (const part of [1, 2, 3]) await file(`big-0000${part}-of-00003.gguf`, part * 100);
    await file('other-00002-of-00002.gguf', 7);
    const { entries } = await listModelFiles(directory.path);
    expect(entries.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['big-00001-of-00003.gguf', 600],
    ]);
  });

  test.skipIf(process.platform === 'win32')(
    'a link would be left out, and one that leads nowhere would hide the folder',
    async () => {
      await file('real.gguf', 5);
      await mkdir(join(directory.path, 'real'));
      await symlink(join(directory.path, 'real.gguf'), join(directory.path, 'link.gguf'));
      await symlink(join(directory.path, 'real'), join(directory.path, 'link'));
      await symlink(join(directory.path, 'gone.gguf'), join(directory.path, 'dangling.gguf'));
      const { entries } = await listModelFiles(directory.path);
      expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
        ['link', 'directory'],
        ['real', 'directory'],
        ['link.gguf', 'model'],
        ['real.gguf', 'model'],
      ]);
    },
  );

  test('without a folder the list would start somewhere in the program', async () => {
    expect((await listModelFiles(null)).directory).toBe(homedir());
  });

  test('the way up would lead above the root', async () => {
    expect((await listModelFiles(parse(directory.path).root)).parent).toBeNull();
  });
});

describe('a folder that cannot be shown', () => {
  test('one that is gone would be an error code', async () => {
    const path = join(directory.path, 'gone');
    await expect(listModelFiles(path)).rejects.toMatchObject({
      code: 'not-found',
      message: `The folder ${path} does not exist.`,
    });
  });

  test('a file would be an error code', async () => {
    await file('model.gguf');
    await expect(listModelFiles(join(directory.path, 'model.gguf'))).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  // The superuser may read everything.
  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'one that is closed to us would be an error code',
    async () => {
      const path = join(directory.path, 'closed');
      await mkdir(path);
      await chmod(path, 0o000);
      await expect(listModelFiles(path)).rejects.toMatchObject({ code: 'not-allowed' });
      await chmod(path, 0o700);
    },
  );
});
