import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors/app-error.ts';
import { nextTurnState, type TurnEvent, type TurnState } from '#shared/lifecycle/turn-machine.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';

const error = new AppError('engine-crashed', 'It ended.').data;
const figures: TurnFigures = {
  stopReason: 'stopped',
  ttftMs: null,
  ttftParts: { queue: 0, template: 0, restore: 0, prefill: 0, firstDecode: 0 },
  promptTokens: 0,
  reusedTokens: 0,
  prefilledTokens: 0,
  prefillTokensPerSecond: null,
  decodeTokensPerSecond: null,
  interTokenLatency: null,
  generatedTokens: 0,
  openingProbability: null,
  prediction: null,
  paced: false,
  forecastMs: null,
  miss: null,
  overflow: null,
  restored: null,
  cacheUsedTokens: 0,
  cacheCapacityTokens: 1,
  cacheUsedBytes: null,
  cacheCapacityBytes: null,
};

const states = {
  running: { phase: 'running', progress: { phase: 'queued' }, stopping: false },
  stopping: { phase: 'running', progress: { phase: 'queued' }, stopping: true },
  done: { phase: 'done', figures },
  failed: { phase: 'failed', error },
} as const satisfies Record<string, TurnState>;

const events = {
  progress: { type: 'progress', progress: { phase: 'decode' } },
  stop: { type: 'stop' },
  finish: { type: 'finish', figures },
  fail: { type: 'fail', error },
} as const satisfies Record<string, TurnEvent>;

const same = 'same';
const untouched = { progress: same, stop: same, finish: same, fail: same } as const;

const table: Record<keyof typeof states, Record<keyof typeof events, typeof same | TurnState>> = {
  running: {
    progress: { phase: 'running', progress: { phase: 'decode' }, stopping: false },
    stop: states.stopping,
    finish: states.done,
    fail: states.failed,
  },
  stopping: {
    progress: { phase: 'running', progress: { phase: 'decode' }, stopping: true },
    stop: same,
    finish: states.done,
    fail: states.failed,
  },
  done: untouched,
  failed: untouched,
};

const cases = Object.entries(table).flatMap(([stateName, row]) =>
  Object.entries(row).map(([eventName, expected]) => ({ stateName, eventName, expected })),
);

describe('a turn', () => {
  test.each(cases)('$stateName, on $eventName: a late packet would change an ended answer', row => {
    const state = states[row.stateName as keyof typeof states];
    const result = nextTurnState(state, events[row.eventName as keyof typeof events]);
    if (row.expected === same) expect(result).toBe(state);
    else expect(result).toEqual(row.expected);
  });
});
