import { expect, test } from 'vitest';
import {
  describeCost,
  describeCostBriefly,
  describeCostReason,
  describeLaterCost,
  describeOmission,
} from '#shared/chat/cost-text.ts';
import type { TurnForecast } from '#shared/metrics/turn-forecast.ts';

const forecast: TurnForecast = {
  promptTokens: 1336,
  reusedTokens: 1024,
  readTokens: 312,
  miss: null,
  omittedTurns: 0,
  capacityTokens: 4095,
  ttftMs: 412,
};

test('cached tokens are counted as read, or a time is given that nobody knows', () => {
  expect(describeCost(forecast)).toBe(
    'Reads 312 tokens, 1,024 are cached; first token in about 412 ms',
  );
  expect(describeCost({ ...forecast, reusedTokens: 0, readTokens: 1, ttftMs: null })).toBe(
    'Reads 1 token',
  );
  expect(describeCostBriefly(forecast)).toBe('reads 312 tokens, about 412 ms');
});

test('a prompt that is too long looks like any other', () => {
  const tooLong = { ...forecast, promptTokens: 5000 };
  expect(describeCost(tooLong)).toBe('905 tokens more than the context has room for');
  expect(describeCostBriefly(tooLong)).toBe('does not fit the context');
});

test('turns that would be left out go without a word', () => {
  expect(describeOmission({ ...forecast, omittedTurns: 3 })).toBe(
    'The context is full: 3 earlier turns will be left out',
  );
  expect(describeOmission({ ...forecast, omittedTurns: 1 })).toContain('1 earlier turn will');
  expect(describeOmission(forecast)).toBeNull();
});

test('what is read again stays unsaid, or unexplained', () => {
  expect(describeCostReason(forecast)).toBeNull();
  expect(describeLaterCost(forecast)).toBe('nothing is read again');
  const again = { ...forecast, miss: { cause: 'system-prompt', rereadTokens: 1200 } } as const;
  expect(describeLaterCost(again)).toBe('the next turn reads 1,200 tokens again');
  expect(describeCostReason(again)).toBe(
    'Of these 1,200 tokens of earlier turns again, because the system prompt has changed, and everything stands behind it',
  );
});
