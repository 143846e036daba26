import { expect, test } from 'vitest';
import { CrashBreaker, crashLimit, crashWindowMs } from '#host/engine/crash-breaker.ts';

test('an engine that dies at every start would be started for ever', () => {
  const breaker = new CrashBreaker();
  const allowed = Array.from({ length: crashLimit + 1 }, (_, n) => breaker.record(n * 1000));
  expect(allowed).toEqual([...Array(crashLimit - 1).fill(true), false, false]);
});

test('three crashes over a long day would keep the engine off', () => {
  const breaker = new CrashBreaker();
  for (let n = 0; n < 10; n++) expect(breaker.record(n * (crashWindowMs / 2))).toBe(true);
});

test('the user who asks again would be refused for crashes of before', () => {
  const breaker = new CrashBreaker();
  for (let n = 0; n < crashLimit; n++) breaker.record(n);
  breaker.reset();
  expect(breaker.record(crashLimit)).toBe(true);
});
