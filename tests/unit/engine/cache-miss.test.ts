import { describe, expect, test } from 'vitest';
import { type Alignment, explainMiss } from '#engine/turn/cache-miss.ts';
import type { CellRecord } from '#engine/turn/cell-record.ts';
import type { CellSpan } from '#shared/cache-map/cache-map.ts';

/** Spans one after the other, with two tokens of the template before each. */
function spans(...parts: [kind: CellSpan['kind'], messageId: string | null, tokens: number][]) {
  let at = 0;
  return parts.map(([kind, messageId, tokens]): CellSpan => {
    const start = at + 2;
    at = start + tokens;
    return { start, end: at, kind, messageId };
  });
}

const system = ['system', null, 10] as const;
const conversation = 'conversation';
/** system 2..12, u1 14..24, then the answer a1 of 20 tokens from 26 on. */
const before: CellRecord = {
  gaps: [],
  answerTokens: [],
  conversationId: conversation,
  answerId: 'a1',
  promptTokens: 26,
  reusedTokens: 0,
  spans: spans([...system], ['user', 'u1', 10]),
};
const afterwards = spans([...system], ['user', 'u1', 10], ['answer', 'a1', 20], ['user', 'u2', 10]);
const plain: Alignment = {
  before,
  freshCause: 'restart',
  conversationId: conversation,
  cachedTokens: 46,
  sharedTokens: 46,
  keptTokens: 46,
  rewindFailure: null,
  spans: afterwards,
  madeRoom: false,
  thoughtful: new Set(),
  messageIds: ['u1', 'a1', 'u2'],
  textAt: () => ({ before: 'was', now: 'is' }),
};

test('a turn that reads nothing again is told to have missed', () => {
  expect(explainMiss(plain)).toBeNull();
  // The first message of a conversation, whatever the cache holds.
  const first = { spans: spans([...system], ['user', 'u1', 10]), messageIds: ['u1'] };
  expect(explainMiss({ ...plain, ...first, sharedTokens: 0, keptTokens: 0 })).toBeNull();
  // An edited or regenerated last message.
  expect(explainMiss({ ...plain, ...first, sharedTokens: 14, keptTokens: 14 })).toBeNull();
});

const nothingKept = { sharedTokens: 0, keptTokens: 0 };

describe('the cause', () => {
  test.each<[cause: string, changes: Partial<Alignment>, reread: number]>([
    ['restart', { before: null, cachedTokens: 0, ...nothingKept }, 46],
    ['settings', { before: null, cachedTokens: 0, ...nothingKept, freshCause: 'settings' }, 46],
    [
      'other-model',
      { before: null, cachedTokens: 0, ...nothingKept, freshCause: 'other-model' },
      46,
    ],
    ['overflow', { sharedTokens: 12, keptTokens: 12, madeRoom: true }, 34],
    ['other-conversation', { conversationId: 'another', sharedTokens: 2, keptTokens: 2 }, 44],
    ['system-prompt', { sharedTokens: 5, keptTokens: 5 }, 41],
    // The system prompt was taken away: a user's message stands in its place.
    [
      'system-prompt',
      {
        sharedTokens: 2,
        keptTokens: 2,
        spans: spans(['user', 'u1', 10], ['answer', 'a1', 20], ['user', 'u2', 10]),
      },
      32,
    ],
    ['edited-message', { sharedTokens: 18, keptTokens: 18 }, 28],
    ['answer-text', { sharedTokens: 30, keptTokens: 30 }, 16],
    ['template-text', { sharedTokens: 13, keptTokens: 13 }, 33],
    ['no-rollback', { sharedTokens: 40, keptTokens: 0, rewindFailure: 'no-rollback' }, 46],
    ['sliding-window', { sharedTokens: 40, keptTokens: 0, rewindFailure: 'sliding-window' }, 46],
    [
      'other-branch',
      {
        sharedTokens: 14,
        keptTokens: 14,
        messageIds: ['v1', 'b1', 'u2'],
        spans: spans([...system], ['user', 'v1', 10], ['answer', 'b1', 20], ['user', 'u2', 10]),
      },
      32,
    ],
    [
      'deleted-turn',
      {
        before: {
          ...before,
          answerId: 'a2',
          spans: spans(
            [...system],
            ['user', 'u0', 5],
            ['answer', 'a0', 5],
            ['user', 'u1', 10],
            ['answer', 'a1', 20],
            ['user', 'u2', 3],
          ),
        },
        sharedTokens: 14,
        keptTokens: 14,
      },
      32,
    ],
    // The thought was generated after the prompt; the template gives only the answer back.
    ['template-reasoning', { sharedTokens: 26, keptTokens: 26, thoughtful: new Set(['a1']) }, 20],
    [
      'template-reasoning',
      {
        before: {
          ...before,
          answerId: 'a2',
          spans: spans(
            [...system],
            ['user', 'u1', 10],
            ['reasoning', 'a1', 9],
            ['answer', 'a1', 20],
            ['user', 'u2', 3],
          ),
        },
        sharedTokens: 26,
        keptTokens: 26,
      },
      20,
    ],
  ])('%s is called something else', (cause, changes, reread) => {
    const miss = explainMiss({ ...plain, ...changes });
    expect(miss?.cause).toBe(cause);
    expect(miss?.rereadTokens).toBe(reread);
  });
});

test('the first differing token is not named, or one is where nothing differs', () => {
  const differing = explainMiss({ ...plain, sharedTokens: 18, keptTokens: 18 });
  expect(differing?.difference).toEqual({ position: 18, before: 'was', now: 'is' });
  const restarted = explainMiss({ ...plain, before: null, cachedTokens: 0, ...nothingKept });
  expect(restarted?.difference).toBeNull();
});
