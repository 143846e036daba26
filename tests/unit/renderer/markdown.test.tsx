import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { MarkdownBlocks } from '#renderer/chat/markdown.tsx';
import {
  emptyText,
  finishedText,
  type GrowingText,
  growText,
  wholeText,
} from '#shared/chat/growing-text.ts';

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

function renderText(text: GrowingText): string {
  // Blank lines between blocks are of no account in HTML.
  return renderToStaticMarkup(<MarkdownBlocks text={text} />).replaceAll('\n', '');
}

function render(blocks: readonly string[]): string {
  return renderText({ blocks, settled: [], tail: '' });
}

describe('markdown in blocks', () => {
  it.each(Object.entries(documents))('reads the same as in one piece: %s', (_name, text) => {
    expect(render(finishedText(text).blocks)).toBe(render([text]));
  });

  it.each(Object.entries(documents).filter(([name]) => name !== 'references'))(
    'reads the same when it has come token by token: %s',
    (_name, text) => {
      const grown = [...text].reduce(growText, emptyText);
      expect(renderText(grown)).toBe(render([text]));
    },
  );

  it('reads a long paragraph in pieces as it reads it whole, all along it', () => {
    const sentence =
      'A **bold** word, `code with * in it`, snake_case_name, [a link](https://example.org/a_b), 2 * 3, *one* ';
    const plain =
      'and the river carries every old stone down to the sea, as www.example.org says. ';
    const text = `${plain.repeat(8)}${sentence}and ${plain.repeat(3)}*unclosed ${plain.repeat(8)}`;
    let grown = emptyText;
    for (const [index, token] of (text.match(/\S+\s*/g) ?? []).entries()) {
      grown = growText(grown, token);
      // Both are rendered anew: too slow for every token.
      if (index % 4 === 0) expect(renderText(grown)).toBe(render([wholeText(grown)]));
    }
    expect(renderText(grown)).toBe(render([text]));
    expect(grown.settled.length).toBeGreaterThan(1);
  });

  it('parses no more of a paragraph of forty pages than of one of a page', () => {
    const word = 'river ';
    let grown = emptyText;
    let longest = 0;
    for (let i = 0; i < 20_000; i++) {
      grown = growText(grown, word);
      longest = Math.max(longest, grown.tail.length);
    }
    expect(longest).toBeLessThan(300);
  });

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
