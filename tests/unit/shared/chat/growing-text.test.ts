import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyText,
  finishedText,
  growText,
  openFence,
  wholeText,
} from '#shared/chat/growing-text.ts';

/** Pieces that markdown's block structure turns on, so that random texts hit the hard places. */
const piece = fc.constantFrom(
  'word ',
  'many words without any markup in them, as most sentences are written, '.repeat(3),
  '*star',
  'ends* ',
  '`tick',
  '\n',
  '\n\n',
  '```',
  '```js\n',
  '~~~\n',
  '- item',
  '1. item',
  '  continued',
  '    code',
  '> quote',
  '# heading',
  '| a | b |\n|---|---|\n',
  '<!-- ',
  ' -->',
  '\r\n',
);
const markdown = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''));

function grow(pieces: readonly string[]) {
  return pieces.reduce(growText, emptyText);
}

describe('growing text', () => {
  it('loses or doubles no character, however the text arrives', () => {
    fc.assert(
      fc.property(markdown, text => {
        expect(wholeText(grow([...text]))).toBe(text);
        expect(wholeText(finishedText(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });

  it('does not depend on where the stream happened to be cut into packets', () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat(20)), (text, lengths) => {
        const packets: string[] = [];
        let at = 0;
        for (const length of lengths) {
          packets.push(text.slice(at, at + length));
          at += length;
        }
        packets.push(text.slice(at));
        expect(grow(packets)).toEqual(grow([text]));
      }),
      { seed: 2 },
    );
  });

  it('never takes a finished block back when more text comes', () => {
    fc.assert(
      fc.property(markdown, markdown, (first, second) => {
        const before = grow([first]);
        const after = growText(before, second);
        expect(after.blocks.slice(0, before.blocks.length)).toEqual(before.blocks);
      }),
      { seed: 3 },
    );
  });

  it('does not parse a finished paragraph again with every token of the next one', () => {
    expect(grow(['One.\n\nTwo.\n\nThr'])).toMatchObject({
      blocks: ['One.\n\n', 'Two.\n\n'],
      tail: 'Thr',
    });
  });

  it('does not tear code apart at its blank lines', () => {
    const code = '```py\na = 1\n\nb = 2\n';
    expect(grow([`Text\n${code}`])).toMatchObject({ blocks: ['Text\n'], tail: code });
    expect(grow([`${code}\`\`\`\nAfter`])).toMatchObject({
      blocks: [`${code}\`\`\`\n`],
      tail: 'After',
    });
  });

  it('does not end a fence at a shorter one or at one of the other kind', () => {
    const text = '````\n```\n~~~~\n\nstill code\n';
    expect(grow([text]).blocks).toEqual([]);
  });

  it('does not number a list anew because a blank line stood between its items', () => {
    const list = '1. one\n\n2. two\n\n   more of two\n\n';
    expect(grow([list])).toMatchObject({ blocks: [], tail: list });
    expect(grow([`${list}After.\n`])).toMatchObject({ blocks: [list], tail: 'After.\n' });
  });

  it('keeps a table in one piece', () => {
    const table = '| a | b |\n|---|---|\n| 1 | 2 |\n';
    expect(grow([`${table}\nAfter`])).toMatchObject({ blocks: [`${table}\n`], tail: 'After' });
  });

  it('keeps a comment with blank lines in one piece', () => {
    const comment = '<!-- a\n\n**b**\n';
    expect(grow([comment]).blocks).toEqual([]);
  });

  it('does not lose link targets that are defined at the end of a finished text', () => {
    const text = 'See [it][1].\n\nMore.\n\n[1]: https://example.org\n';
    expect(finishedText(text)).toMatchObject({ blocks: [text], tail: '' });
  });
});

describe('open fence', () => {
  it('shows code while it is being written, without the line of the fence', () => {
    expect(openFence('\n```python title\nx = 1\n')).toEqual({
      language: 'python',
      code: 'x = 1\n',
    });
  });

  it('waits for the end of the fence line, since the language may still be growing', () => {
    expect(openFence('```pyth')).toBeNull();
  });

  it('takes neither inline code nor an indented fence for an open one', () => {
    expect(openFence('```inline``` code\n')).toBeNull();
    expect(openFence('  ```js\n  x\n')).toBeNull();
    expect(openFence('')).toBeNull();
  });
});
