import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { MarkdownBlocks } from '#renderer/chat/markdown.tsx';
import { emptyText, finishedText, growText } from '#shared/chat/growing-text.ts';

const documents = {
  'paragraphs and headings': '# Title\n\nOne *two*.\nThree.\n\nSetext\n---\n\nFour.\n',
  lists: 'Steps:\n\n1. one\n\n   more\n2. two\n   - a\n\n   - b\n\nAfter.\n\n- x\n- y\n\nEnd.\n',
  code: 'Text\n```js\nlet a;\n\nlet b;\n```\nafter\n\n    indented\n\n    still\n\nEnd `inline`.\n',
  tables: 'Before\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nAfter\n',
  quotes: '> one\n> two\n\n> three\n\nlazy\n',
  html: '<div>\n\n**bold**\n\n</div>\n\n<!-- a\n\nb -->\n\nEnd <b>x</b>.\n',
  'nested fences': '- item\n\n  ```\n  code\n\n  code\n  ```\n\n- next\n\nEnd.\n',
  references: 'See [it][1].\n\nText.\n\n[1]: https://example.org\n',
  rules: 'a\n\n---\n\nb\n\n***\n\nc\n',
};

function render(blocks: readonly string[], tail = ''): string {
  // Blank lines between blocks are of no account in HTML.
  return renderToStaticMarkup(<MarkdownBlocks text={{ blocks, tail }} />).replaceAll('\n', '');
}

describe('markdown in blocks', () => {
  it.each(Object.entries(documents))('reads the same as in one piece: %s', (_name, text) => {
    expect(render(finishedText(text).blocks)).toBe(render([text]));
  });

  it.each(Object.entries(documents).filter(([name]) => name !== 'references'))(
    'reads the same when it has come token by token: %s',
    (_name, text) => {
      const grown = [...text].reduce(growText, emptyText);
      expect(render(grown.blocks, grown.tail)).toBe(render([text]));
    },
  );

  it('runs no HTML of an answer, but shows it', () => {
    const html = render(['A <img src="x" onerror="alert(1)"> and <script>alert(2)</script>\n']);
    expect(html).not.toMatch(/<(img|script)/);
    expect(html).toContain('&lt;script&gt;');
  });

  it('loads no image from the network, but links to it', () => {
    const html = render(['![A cat](https://example.org/cat.png)\n']);
    expect(html).not.toContain('<img');
    expect(html).toContain('Image: A cat');
  });

  it('gives a link of an answer no hold on the page and no script to run', () => {
    const html = render(['[a](https://example.org) [b](javascript:alert(1))\n']);
    expect(html).toContain('target="_blank" rel="noopener noreferrer"');
    expect(html).not.toContain('javascript:');
  });
});
