import { expect, test } from 'vitest';
import { searchQuery } from '#host/store/search-query.ts';

test.each([
  ['kv cache', '"kv"* "cache"*'],
  ['"quoted" AND (x OR y) NEAR* -z', '"quoted"* "AND"* "x"* "OR"* "y"* "NEAR"* "z"*'],
  ["it's 50%", '"it"* "s"* "50"*'],
  ['größe 大小', '"größe"* "大小"*'],
  ['  ', null],
  ['"*():^', null],
])('what was typed as %j would be read as query operators', (typed, query) => {
  expect(searchQuery(typed)).toBe(query);
});
