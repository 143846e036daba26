import { describe, expect, test } from 'vitest';
import { overflowFor, promptMessages } from '#host/chat/prompt.ts';
import type { Message } from '#shared/chat/conversation.ts';
import { AppError, type ErrorCode } from '#shared/errors/app-error.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';

const figures: TurnFigures = {
  stopReason: 'end-of-turn',
  ttftMs: 1,
  ttftParts: { queue: 0, template: 0, restore: 0, prefill: 1, firstDecode: 0 },
  promptTokens: 1,
  reusedTokens: 0,
  prefilledTokens: 1,
  prefillTokensPerSecond: 1,
  decodeTokensPerSecond: null,
  interTokenLatency: null,
  generatedTokens: 1,
  openingProbability: null,
  prediction: null,
  paced: false,
  forecastMs: null,
  miss: null,
  overflow: null,
  restored: null,
  cacheUsedTokens: 1,
  cacheCapacityTokens: 256,
  cacheUsedBytes: null,
  cacheCapacityBytes: null,
};

function message(id: string, parentId: string | null, failure?: ErrorCode): Message {
  const role = id.startsWith('u') ? 'user' : 'assistant';
  return {
    id,
    conversationId: 'c',
    parentId,
    role,
    text: failure === undefined ? `text of ${id}` : '',
    reasoning: '',
    status: failure === undefined ? 'done' : 'failed',
    error: failure === undefined ? null : new AppError(failure, 'why').data,
    figures: null,
    modelName: null,
    createdAt: 0,
  };
}

const ids = (transcript: Message[], question: Message) =>
  promptMessages(transcript, question).map(({ id }) => id);

describe('the prompt of a conversation', () => {
  test('messages out of order would be a different conversation', () => {
    const transcript = [message('u1', null), message('a1', 'u1')];
    expect(ids(transcript, message('u2', 'a1'))).toEqual(['u1', 'a1', 'u2']);
  });

  test('a branch that was left must not leak into the prompt', () => {
    const transcript = [
      message('u1', null),
      message('a1', 'u1'),
      message('a1-again', 'u1'),
      message('u2', 'a1'),
    ];
    expect(ids(transcript, message('u3', 'a1-again'))).toEqual(['u1', 'a1-again', 'u3']);
  });

  test('a message that was too long would make every later one too long as well', () => {
    const transcript = [
      message('u1', null),
      message('a1', 'u1'),
      message('u2', 'a1'),
      message('a2', 'u2', 'prompt-too-long'),
    ];
    expect(ids(transcript, message('u3', 'a2'))).toEqual(['u1', 'a1', 'u3']);
  });

  test('a question whose answer died with the engine was asked all the same', () => {
    const transcript = [message('u1', null), message('a1', 'u1', 'engine-crashed')];
    expect(ids(transcript, message('u2', 'a1'))).toEqual(['u1', 'a1', 'u2']);
  });

  test('a first message that was refused leaves nothing behind', () => {
    const transcript = [message('u1', null), message('a1', 'u1', 'prompt-too-long')];
    expect(ids(transcript, message('u2', 'a1'))).toEqual(['u2']);
  });

  test('an answer would be forgotten because there was no room to continue it', () => {
    const begun = { ...message('a1', 'u1', 'prompt-too-long'), text: 'The beginning of' };
    const transcript = [message('u1', null), begun];
    expect(ids(transcript, message('u2', 'a1'))).toEqual(['u1', 'a1', 'u2']);
  });
});

describe('what an earlier turn left out', () => {
  const figured = (id: string, parentId: string, omitted: string[] | null): Message => ({
    ...message(id, parentId),
    figures: {
      ...figures,
      overflow: omitted === null ? null : { policy: 'drop-oldest', omitted, newTurns: 0 },
    },
  });

  test('it comes back with the next turn, or goes on another branch too', () => {
    const transcript = [
      message('u1', null),
      figured('a1', 'u1', null),
      message('u2', 'a1'),
      figured('a2', 'u2', ['u1', 'a1']),
    ];
    const omitted = (parentId: string) =>
      overflowFor('drop-oldest', transcript, message('u3', parentId)).omitted;
    expect(omitted('a2')).toEqual(['u1', 'a1']);
    expect(omitted('a1')).toEqual([]);
  });

  test('an answer that failed without figures hides what was left out before it', () => {
    const transcript = [
      message('u1', null),
      figured('a1', 'u1', ['u0']),
      message('u2', 'a1'),
      message('a2', 'u2', 'engine-crashed'),
    ];
    expect(overflowFor('drop-oldest', transcript, message('u3', 'a2'))).toEqual({
      policy: 'drop-oldest',
      omitted: ['u0'],
    });
  });
});
