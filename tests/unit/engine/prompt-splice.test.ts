import { type LlamaTextValue, SpecialTokensText, type Token } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { AnswerMemory } from '#engine/turn/answer-memory.ts';
import { cutIntoPieces, tokenizePieces } from '#engine/turn/prompt-pieces.ts';
import { spansOf } from '#engine/turn/prompt-spans.ts';

const placeholder = (digit: string) => `placeholder${digit.repeat(32)}x`;
const tokens = (...ids: number[]) => ids as Token[];

/** One token per character, its code. */
const characters = (text: string) => [...text].map(letter => letter.charCodeAt(0));

it('would catch answers spliced in at the wrong place or in the wrong order', () => {
  const splices = new Map([
    [placeholder('a'), { kind: 'answer', messageId: 'one', tokens: tokens(1, 2) } as const],
    [placeholder('b'), { kind: 'answer', messageId: 'two', tokens: tokens(3) } as const],
  ]);
  const values = [
    new SpecialTokensText('<u>'),
    `Hi${placeholder('a')}!`,
    new SpecialTokensText(`<${placeholder('b')}>`),
  ];
  const firsts: boolean[] = [];
  const pieces = cutIntoPieces(values, splices);
  const result = tokenizePieces(pieces, (piece, isFirst) => {
    firsts.push(isFirst);
    const text = 'text' in piece ? piece.text : piece.special.toString();
    return tokens(...characters(text));
  });
  expect(result.tokens).toEqual([
    ...characters('<u>'),
    ...characters('Hi'),
    1,
    2,
    ...characters('!'),
    ...characters('<'),
    3,
    ...characters('>'),
  ]);
  expect(result.starts).toEqual([0, 3, 5, 7, 8, 9, 10, 11]);
  // Only the first run may get what a tokenizer puts in front of a text.
  expect(firsts).toEqual([true, false, false, false, false]);
});

it("would catch a user's text that looks like a placeholder taken for one", () => {
  const text = `my ${placeholder('c')} here`;
  const pieces = cutIntoPieces([text], new Map());
  const joined = pieces.flatMap(piece => ('text' in piece ? [piece.text] : [])).join('');
  expect(joined).toBe(text);
});

it('would catch an answer found although its text was edited', () => {
  const memory = new AnswerMemory();
  const answer = { text: 'a', reasoning: '', textTokens: tokens(1), reasoningTokens: null };
  memory.remember('id', answer);
  expect(memory.find('id', 'a', '')).toBe(answer);
  expect(memory.find('id', 'b', '')).toBeNull();
  expect(memory.find('id', 'a', 'thought')).toBeNull();
  expect(memory.find('other', 'a', '')).toBeNull();
});

it('would catch a memory that grows without bound', () => {
  const memory = new AnswerMemory();
  const many = new Array<number>(900_000).fill(1) as Token[];
  for (const id of ['first', 'second', 'third']) {
    memory.remember(id, { text: id, reasoning: '', textTokens: many, reasoningTokens: null });
  }
  expect(memory.find('first', 'first', '')).toBeNull();
  expect(memory.find('third', 'third', '')).not.toBeNull();
});

describe('spans', () => {
  /** A token for each character. */
  const text = (tokens: readonly Token[]) => String.fromCharCode(...tokens);
  const located = (values: LlamaTextValue[], parts: readonly (readonly [string, string])[]) => {
    const pieces = cutIntoPieces(values, new Map());
    const tokenized = tokenizePieces(pieces, piece =>
      tokens(...characters('text' in piece ? piece.text : piece.special.toString())),
    );
    const spans = spansOf(
      pieces,
      tokenized,
      parts.map(([messageId, text]) => ({ kind: 'user', messageId, text })),
      text,
    );
    return spans.map(({ start, end, messageId }) => [
      messageId,
      text(tokenized.tokens.slice(start, end)),
    ]);
  };

  it('would catch a message found at the first place where its text stands', () => {
    const values = [
      new SpecialTokensText('<user>'),
      'user',
      new SpecialTokensText('<end><user>'),
      'user',
      new SpecialTokensText('<end>'),
    ];
    expect(
      located(values, [
        ['a', 'user'],
        ['b', 'user'],
      ]),
    ).toEqual([
      ['a', 'user'],
      ['b', 'user'],
    ]);
  });

  it('would catch text of the template taken for a part of the message', () => {
    expect(
      located(
        ['System: be kind\n\nUser: hello\nUser: '],
        [
          ['s', 'be kind'],
          ['a', ' hello '],
        ],
      ),
    ).toEqual([
      ['s', 'be kind'],
      ['a', 'hello'],
    ]);
  });

  it('would catch a part that the template drops taking the place of the next one', () => {
    expect(
      located(
        ['hello', new SpecialTokensText('<e>'), 'there'],
        [
          ['gone', 'thoughts'],
          ['a', 'hello'],
          ['b', 'there'],
        ],
      ),
    ).toEqual([
      ['a', 'hello'],
      ['b', 'there'],
    ]);
  });
});
