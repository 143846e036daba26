import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileStem } from '#shared/export/exported-file.ts';
import { literalMarkdown, markdownTable } from '#shared/export/markdown-table.ts';

test.each([
  ['Llama 3.2 1B: f16, q8_0', 'Llama-3-2-1B-f16-q8-0'],
  ['../../etc/passwd', 'etc-passwd'],
  ['Grüße/テスト', 'Grüße-テスト'],
  ['...', 'file'],
  // Devices of Windows, whatever the extension.
  ['con', 'con-file'],
  ['LPT1', 'LPT1-file'],
  ['console', 'console'],
])('a file could not be saved under the name of %j', (title, stem) => {
  expect(fileStem(title, 'file')).toBe(stem);
});

test('a title would make a name that some file system refuses', () => {
  const unit = fc.oneof(fc.constantFrom('𐍈', 'a', '/', '.', ' '), fc.string({ maxLength: 1 }));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), title => {
      const stem = fileStem(title, 'file');
      expect(stem).toMatch(/^[\p{L}\p{N}\p{M}-]+$/u);
      expect(new TextEncoder().encode(`${stem}.json`).length).toBeLessThanOrEqual(255);
    }),
  );
});

test.each([
  ['q8_0 | <b>', 'q8_0 \\| \\<b\\>'],
  ['_all_ *of* [it](x)', '\\_all\\_ \\*of\\* \\[it\\](x)'],
  ['two\nlines', 'two lines'],
  ['a\\b', 'a\\\\b'],
])('a name would be taken for Markdown: %j', (text, shown) => {
  expect(literalMarkdown(text)).toBe(shown);
});

test('a cell would break out of its column', () => {
  expect(markdownTable(['a', 'b'], [['1|2', 'x\ny']])).toBe(
    '| a | b |\n| --- | --- |\n| 1\\|2 | x y |',
  );
});
