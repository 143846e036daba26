import { expect, test } from 'vitest';
import { appContract } from '#shared/contract/app-contract.ts';

const conversationId = '0b0e7a3c-7f0e-4a0e-9c3e-2f6d1c1a9b11';
const parse = (text: string) => appContract['chat.send'].input.safeParse({ conversationId, text });

test.each([
  ['  if (a) {\n    b();\n  }\n', '  if (a) {\n    b();\n  }'],
  ['\n  \n  first\nsecond\n\n', '  first\nsecond'],
  ['plain', 'plain'],
])('pasted code would lose the indentation of its first line: %j', (text, sent) => {
  expect(parse(text).data?.text).toBe(sent);
});

test.each(['', '   ', '\n\t\n'])('an empty message would become a turn: %j', text => {
  expect(parse(text).success).toBe(false);
});
