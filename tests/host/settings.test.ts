import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultSettings, repairSettings } from '#host/settings/settings-file.ts';
import { openSettings } from '#host/settings/settings-service.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';

let directory: TemporaryDirectory;
let path: string;

beforeEach(async () => {
  directory = await createTemporaryDirectory();
  path = join(directory.path, 'settings.json');
});
afterEach(() => directory[Symbol.asyncDispose]());

describe('settings', () => {
  test('a first start without a file would fail, or write one unasked', async () => {
    const settings = await openSettings(path);
    expect(settings.current.get()).toEqual(defaultSettings);
    expect(await readdir(directory.path)).toEqual([]);
  });

  test('a choice would be forgotten with the window', async () => {
    const settings = await openSettings(path);
    await settings.update(now => ({ ...now, theme: 'dark' }));
    const again = await openSettings(path);
    expect(again.current.get()).toEqual({ ...defaultSettings, theme: 'dark' });
  });

  test('two changes at the same time would undo each other', async () => {
    const settings = await openSettings(path);
    await Promise.all([
      settings.update(now => ({ ...now, theme: 'dark' })),
      settings.update(now => ({ ...now, sidebarOpen: false })),
      settings.update(now => ({ ...now, monitorWidth: now.monitorWidth + 1 })),
      settings.update(now => ({ ...now, monitorWidth: now.monitorWidth + 1 })),
    ]);
    const expected = { theme: 'dark', sidebarOpen: false, monitorWidth: 362 };
    expect(settings.current.get()).toMatchObject(expected);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject(expected);
  });

  test('a write that fails would show a choice that is not kept, or block every later one', async () => {
    const settings = await openSettings(join(directory.path, 'later', 'settings.json'));
    const failed = settings.update(now => ({ ...now, theme: 'dark' }));
    await expect(failed).rejects.toMatchObject({ code: 'storage-failed' });
    expect(settings.current.get().theme).toBe('system');
    await mkdir(join(directory.path, 'later'));
    await settings.update(now => ({ ...now, theme: 'light' }));
    expect(settings.current.get().theme).toBe('light');
  });
});

describe('a damaged settings file', () => {
  test.each(['{"theme": "dark"', '', '[]', 'null', '"text"'])(
    'the app would not start with %j, or throw the file away',
    async text => {
      await writeFile(path, text);
      const settings = await openSettings(path);
      expect(settings.current.get()).toEqual(defaultSettings);
      expect(await readFile(`${path}.damaged-1`, 'utf8')).toBe(text);
    },
  );

  test('load options from before there were sequences would be forgotten', () => {
    const { sequences, ...old } = loadOptionsSchema.parse({ contextLength: 2048, typeK: 'q8_0' });
    const text = JSON.stringify({ loadOptionsByModel: { '/model.gguf': old } });
    const { settings, damaged } = repairSettings(text);
    expect(damaged).toBe(false);
    expect(settings.loadOptionsByModel).toEqual({ '/model.gguf': { ...old, sequences } });
    expect(sequences).toBe(1);
  });

  test('one bad entry would cost all the good ones', async () => {
    const options = loadOptionsSchema.parse({ contextLength: 2048 });
    const text = JSON.stringify({
      theme: 'dark',
      monitorWidth: 'wide',
      sampling: { temperature: 99 },
      loadOptionsByModel: { '/good.gguf': options, '/bad.gguf': { typeK: 'q9_9' } },
      fromAnotherTime: true,
    });
    expect(repairSettings(text)).toEqual({
      damaged: true,
      settings: {
        ...defaultSettings,
        theme: 'dark',
        loadOptionsByModel: { '/good.gguf': options },
      },
    });
  });

  test('options saved by a version that did not have them all would be lost', () => {
    const options = loadOptionsSchema.parse({ contextLength: 2048 });
    const { swaFull: _, ...saved } = options;
    const { damaged, settings } = repairSettings(
      JSON.stringify({ ...defaultSettings, loadOptionsByModel: { '/saved.gguf': saved } }),
    );
    expect(damaged).toBe(false);
    expect(settings.loadOptionsByModel).toEqual({ '/saved.gguf': options });
  });

  test('the second damage would overwrite what was kept of the first', async () => {
    for (const text of ['first', 'second']) {
      await writeFile(path, text);
      await openSettings(path);
    }
    expect(await readFile(`${path}.damaged-1`, 'utf8')).toBe('first');
    expect(await readFile(`${path}.damaged-2`, 'utf8')).toBe('second');
  });

  test('an undamaged file with entries missing would be taken for damage', () => {
    expect(repairSettings('{"theme": "dark"}')).toEqual({
      damaged: false,
      settings: { ...defaultSettings, theme: 'dark' },
    });
  });
});
