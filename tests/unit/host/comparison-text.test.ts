import { expect, test } from 'vitest';
import { comparisonText } from '#host/compare/comparison-text.ts';

const id = '6f1c8a52-6b0c-4f0e-9a55-0a8f6b1d0001';
const chat = (texts: readonly string[]) => () => ({
  title: 'A chat',
  messages: texts.map(text => ({ text })),
});
const source = { kind: 'conversation', conversationId: id } as const;

test('messages of a chat would be left out, or run into each other', () => {
  expect(comparisonText(source, chat(['Why?', ' ', 'Because.']))).toEqual({
    kind: 'conversation',
    name: 'A chat',
    content: 'Why?\n\nBecause.',
  });
});

test('a chat without a word would be read, or refused without a way out', () => {
  expect(() => comparisonText(source, chat(['', ' ']))).toThrow(
    expect.objectContaining({
      code: 'invalid-input',
      message: 'The chat "A chat" is empty.',
    }),
  );
});
