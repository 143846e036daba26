import { expect, test } from 'vitest';
import { AppError, appErrorSchema, toErrorData } from '#shared/errors/app-error.ts';

test('an error that crosses a boundary and comes back must say the same', () => {
  const error = new AppError('prompt-too-long', 'The prompt has 5,000 tokens.', {
    suggestion: 'Shorten it.',
    details: 'capacity 4096',
  });
  const back = AppError.fromData(appErrorSchema.parse(structuredClone(error.data)));
  expect(back.data).toEqual(error.data);
  expect(back.message).toBe(error.message);
});

test.each([new TypeError('x is not a function'), 'a bare string', undefined])(
  'something thrown that is not ours (%s) becomes a sentence with details, never a raw text',
  thrown => {
    const data = toErrorData(thrown);
    expect(data.code).toBe('internal');
    expect(data.message).toMatch(/^Something went wrong/);
    expect(data.details).toContain(thrown instanceof Error ? thrown.message : String(thrown));
  },
);
