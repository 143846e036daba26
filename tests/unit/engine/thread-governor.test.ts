import { expect, it } from 'vitest';
import { ThreadGovernor } from '#engine/threads/thread-governor.ts';

const trials = [
  { threads: 1, medianMs: 10 },
  { threads: 2, medianMs: 6 },
  { threads: 4, medianMs: 900 },
];

/** Tokens that take what the machine makes them take with the count in use. */
function decode(
  governor: ThreadGovernor,
  tokens: number,
  msOf: (threads: number) => number,
  clock: { ms: number },
): number[] {
  const used: number[] = [];
  for (let i = 0; i < tokens; i++) {
    const ms = msOf(governor.threads);
    clock.ms += ms;
    used.push(governor.threads);
    governor.observe('decode', ms, clock.ms);
  }
  return used;
}

const quiet = (threads: number) => (threads === 1 ? 10 : 6);
const busy = (threads: number) => (threads === 1 ? 15 : 200);

it('would catch threads that stay when another program takes a core', () => {
  const governor = new ThreadGovernor(trials, 2);
  const clock = { ms: 0 };
  decode(governor, 50, quiet, clock);
  expect(governor.threads).toBe(2);
  decode(governor, 10, busy, clock);
  expect(governor.threads).toBe(1);
});

it('would catch a machine that became quiet again and is not used', () => {
  const governor = new ThreadGovernor(trials, 2);
  const clock = { ms: 0 };
  decode(governor, 30, busy, clock);
  expect(governor.threads).toBe(1);
  decode(governor, 700, quiet, clock);
  expect(governor.threads).toBe(2);
});

it('would catch retries so frequent that they cost more than they can gain', () => {
  const governor = new ThreadGovernor(trials, 2);
  const clock = { ms: 0 };
  const used = decode(governor, 5000, busy, clock);
  const slow = used.filter(threads => threads === 2).length;
  expect(slow / used.length).toBeLessThan(0.02);
});

it('would catch a cache that grows deeper taken for a busy machine', () => {
  const governor = new ThreadGovernor(trials, 2);
  const clock = { ms: 0 };
  let depth = 0;
  const used = decode(governor, 2000, threads => quiet(threads) * (1 + depth++ / 300), clock);
  expect(new Set(used)).toEqual(new Set([2]));
});

it('would catch a slowdown that fewer threads do not help costing the threads', () => {
  const governor = new ThreadGovernor(trials, 2);
  const clock = { ms: 0 };
  decode(governor, 20, quiet, clock);
  decode(governor, 40, threads => quiet(threads) * 5, clock);
  expect(governor.threads).toBe(2);
});

it('would catch a prefill that has to wait for the decode to be noticed', () => {
  const governor = new ThreadGovernor(trials, 2);
  governor.observe('prefill', 1, 0);
  governor.observe('prefill', 20, 100);
  expect(governor.threads).toBe(1);
  governor.observe('prefill', 2, 200);
  expect(governor.threads).toBe(1);
});

it('would catch a count that the user chose being changed', () => {
  const governor = new ThreadGovernor([], 2);
  const clock = { ms: 0 };
  decode(governor, 100, busy, clock);
  expect(governor.threads).toBe(2);
});
