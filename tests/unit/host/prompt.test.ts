import { describe, expect, test } from 'vitest';
import { promptMessages } from '#host/chat/prompt.ts';
import type { Message } from '#shared/chat/conversation.ts';
import { AppError, type ErrorCode } from '#shared/errors/app-error.ts';

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
