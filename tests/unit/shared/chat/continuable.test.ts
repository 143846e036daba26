import { expect, test } from 'vitest';
import { endedEarly } from '#shared/chat/continuable.ts';
import type { Message } from '#shared/chat/conversation.ts';
import { turnFigures } from '../../../host/fixtures/scripted-engine.ts';

const answer: Message = {
  id: 'a',
  conversationId: 'c',
  parentId: 'q',
  role: 'assistant',
  text: 'Half of',
  reasoning: '',
  status: 'done',
  error: null,
  figures: turnFigures('stopped'),
  modelName: null,
  createdAt: 0,
};

test.each([
  ['stopped', {}, true],
  ['cut at the limit', { figures: turnFigures('token-limit') }, true],
  ['cut by a full context', { figures: turnFigures('context-full') }, true],
  ['cut by the engine’s death', { status: 'failed', figures: null }, true],
  ['stopped while it thought', { text: '', reasoning: 'Hm' }, true],
  ['at its own end', { figures: turnFigures('end-of-turn') }, false],
  ['without a word', { text: '' }, false],
  ['still running', { status: 'running', figures: null }, false],
  ['the user’s', { role: 'user', figures: null }, false],
] as const)(
  'an answer that is %s would be continued wrongly or not at all',
  (_, part, expected) => {
    expect(endedEarly({ ...answer, ...part })).toBe(expected);
  },
);
