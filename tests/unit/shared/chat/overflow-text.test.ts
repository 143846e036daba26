import { expect, test } from 'vitest';
import { describeOverflow } from '#shared/chat/overflow-text.ts';

test('turns are left out without a word, or the same ones are told of again', () => {
  expect(describeOverflow({ policy: 'drop-oldest', omitted: ['a', 'b'], newTurns: 3 })).toContain(
    'the oldest 3 turns that the model still saw were left out',
  );
  expect(describeOverflow({ policy: 'drop-middle', omitted: ['a', 'b'], newTurns: 1 })).toContain(
    'the turn after the first that the model still saw was left out',
  );
  expect(describeOverflow({ policy: 'drop-oldest', omitted: ['a', 'b'], newTurns: 0 })).toBeNull();
});
