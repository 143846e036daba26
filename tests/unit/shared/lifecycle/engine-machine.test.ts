import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/errors/app-error.ts';
import { type EngineEvent, nextEngineState } from '#shared/lifecycle/engine-machine.ts';
import { type EngineState, engineStateSchema } from '#shared/lifecycle/engine-state.ts';

const error = new AppError('engine-crashed', 'It ended.').data;

const states = {
  stopped: { phase: 'stopped', generation: 2 },
  starting: { phase: 'starting', generation: 2 },
  ready: { phase: 'ready', generation: 2, processId: 7, bindingsRelease: 'r' },
  restarting: { phase: 'crashed', generation: 2, error, restarting: true },
  crashed: { phase: 'crashed', generation: 2, error, restarting: false },
} as const satisfies Record<string, EngineState>;

const events = {
  start: { type: 'start' },
  ready: { type: 'ready', generation: 2, processId: 7, bindingsRelease: 'r' },
  lateReady: { type: 'ready', generation: 1, processId: 6, bindingsRelease: 'r' },
  died: { type: 'died', generation: 2, error, restarting: true },
  diedForGood: { type: 'died', generation: 2, error, restarting: false },
  lateDied: { type: 'died', generation: 1, error, restarting: true },
  replace: { type: 'replace', generation: 2 },
  lateReplace: { type: 'replace', generation: 1 },
  stop: { type: 'stop' },
} as const satisfies Record<string, EngineEvent>;

const same = 'same';
const next = { phase: 'starting', generation: 3 };

const table: Record<
  keyof typeof states,
  Record<keyof typeof events, typeof same | typeof next | EngineState>
> = {
  stopped: {
    start: next,
    ready: same,
    lateReady: same,
    died: same,
    diedForGood: same,
    lateDied: same,
    replace: same,
    lateReplace: same,
    stop: same,
  },
  starting: {
    start: same,
    ready: states.ready,
    lateReady: same,
    died: states.restarting,
    diedForGood: states.crashed,
    lateDied: same,
    replace: same,
    lateReplace: same,
    stop: states.stopped,
  },
  ready: {
    start: same,
    ready: same,
    lateReady: same,
    died: states.restarting,
    diedForGood: states.crashed,
    lateDied: same,
    replace: next,
    lateReplace: same,
    stop: states.stopped,
  },
  restarting: {
    start: next,
    ready: same,
    lateReady: same,
    died: same,
    diedForGood: same,
    lateDied: same,
    replace: same,
    lateReplace: same,
    stop: states.stopped,
  },
  crashed: {
    start: next,
    ready: same,
    lateReady: same,
    died: same,
    diedForGood: same,
    lateDied: same,
    replace: same,
    lateReplace: same,
    stop: states.stopped,
  },
};

const cases = Object.entries(table).flatMap(([stateName, row]) =>
  Object.entries(row).map(([eventName, expected]) => ({ stateName, eventName, expected })),
);

describe('the engine', () => {
  test.each(cases)('$stateName, on $eventName: a word of a dead engine would count', row => {
    const state = states[row.stateName as keyof typeof states];
    const result = nextEngineState(state, events[row.eventName as keyof typeof events]);
    if (row.expected === same) expect(result).toBe(state);
    else expect(result).toEqual(row.expected);
    expect(engineStateSchema.safeParse(result).success).toBe(true);
  });
});
