import { expect, test } from 'vitest';
import { emptyTitle, titleFrom } from '#host/chat/title.ts';

test.each([
  ['Hello there', 'Hello there'],
  ['  several\n\n lines\tand   spaces ', 'several lines and spaces'],
  [
    'How much memory does the cache of a model with grouped-query attention take?',
    'How much memory does the cache of a model with…',
  ],
  [
    'exactly forty-eight characters are in this title and more',
    'exactly forty-eight characters are in this title…',
  ],
  [
    'A question, then: something that goes on and on, and on',
    'A question, then: something that goes on and on…',
  ],
  ['', emptyTitle],
])('a title cut through a word, or through nothing, from %j', (text, title) => {
  expect(titleFrom(text)).toBe(title);
});

test('a text without spaces would have no title, or half an emoji at its end', () => {
  expect(titleFrom('🦙'.repeat(100))).toBe(`${'🦙'.repeat(48)}…`);
});
