import { expect, it } from 'vitest';
import { besidePath, fileNameOf } from '#engine/gguf/model-path.ts';
import { isRemote, isWholeAddress } from '#shared/model/remote-path.ts';

it.each([
  ['/models/a b.gguf', 'a b.gguf'],
  ['https://host/models/a%20b.gguf?token=1#part', 'a b.gguf'],
  ['https://host/o/folder%2Fa.gguf?alt=media', 'a.gguf'],
  ['https://host/100%.gguf', '100%.gguf'],
  ['https://host', 'host'],
])('would catch %s shown by another name than its file', (path, name) => {
  expect(fileNameOf(path)).toBe(name);
});

it('would catch an address taken for a path, or a folder for an address', () => {
  expect(['http://h/a', 'HTTPS://h/a', 'https', 'https:/a', 'file:///a'].map(isRemote)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

it('would catch a host asked while its name is being typed', () => {
  expect(
    ['https://h', 'https://h/a', 'https://h/a.gguf', 'https://h/A.GGUF?x=1', 'https://'].map(
      isWholeAddress,
    ),
  ).toEqual([false, false, true, true, false]);
});

it('would catch a part looked for elsewhere than beside the first', () => {
  expect(besidePath('https://u:p@host/a%2Fb/c.gguf?x=1', 'd%20e.gguf')).toBe(
    'https://u:p@host/a%2Fb/d%20e.gguf?x=1',
  );
});
