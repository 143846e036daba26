import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitForValue } from '#host/signal-wait.ts';
import { createSignal } from '#shared/rpc/signal.ts';

const limits = (signal?: AbortSignal) => ({
  signal,
  deadline: { ms: 1000, error: () => new Error('too late') },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each<[string, (source: ReturnType<typeof createSignal<number>>, abort: () => void) => void]>([
  ['its value', source => source.set(1)],
  ['a value that rules it out', source => source.set(-1)],
  ['an abort', (_source, abort) => abort()],
  ['its deadline', () => void vi.advanceTimersByTime(1000)],
])('a wait ended by %s would keep a timer or a listener', async (_end, end) => {
  const source = createSignal(0);
  const user = new AbortController();
  let looks = 0;
  const pick = (value: number) => {
    looks++;
    if (value < 0) throw new Error('ruled out');
    return value === 0 ? undefined : value;
  };
  const waited = waitForValue(source, pick, limits(user.signal)).catch((thrown: unknown) => thrown);
  end(source, () => user.abort());
  await waited;
  expect(vi.getTimerCount()).toBe(0);
  looks = 0;
  source.set(2);
  expect(looks).toBe(0);
});

test('a wait that was given up before it began would wait all the same', async () => {
  const reason = new Error('given up');
  const waited = waitForValue(createSignal(1), value => value, limits(AbortSignal.abort(reason)));
  await expect(waited).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});
