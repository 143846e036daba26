import { SpecialTokensText, type Token } from 'node-llama-cpp';
import { expect, it } from 'vitest';
import { AnswerMemory } from '#engine/turn/answer-memory.ts';
import { cutAtPlaceholders, spliceTokens } from '#engine/turn/chat-template.ts';

const placeholder = (digit: string) => `placeholder${digit.repeat(32)}x`;
const tokens = (...ids: number[]) => ids as Token[];

/** One token per character, its code. */
const characters = (text: string) => [...text].map(letter => letter.charCodeAt(0));

it('would catch answers spliced in at the wrong place or in the wrong order', () => {
  const splices = new Map([
    [placeholder('a'), tokens(1, 2)],
    [placeholder('b'), tokens(3)],
  ]);
  const values = [
    new SpecialTokensText('<u>'),
    `Hi${placeholder('a')}!`,
    new SpecialTokensText(`<${placeholder('b')}>`),
  ];
  const firsts: boolean[] = [];
  const result = spliceTokens(cutAtPlaceholders(values, splices), (run, isFirst) => {
    firsts.push(isFirst);
    return tokens(...run.flatMap(value => characters(value.toString())));
  });
  expect(result).toEqual([
    ...characters('<u>Hi'),
    1,
    2,
    ...characters('!<'),
    3,
    ...characters('>'),
  ]);
  // Only the first run may get what a tokenizer puts in front of a text.
  expect(firsts).toEqual([true, false, false]);
});

it("would catch a user's text that looks like a placeholder taken for one", () => {
  const text = `my ${placeholder('c')} here`;
  const pieces = cutAtPlaceholders([text], new Map());
  const joined = pieces.flatMap(piece => ('values' in piece ? piece.values : [])).join('');
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
