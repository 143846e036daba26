import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TtftForecast } from '#engine/metering/ttft-forecast.ts';

/** Milliseconds on a machine with these costs. */
const machine =
  (perTurn: number, perToken: number, perPair: number) =>
  ({ tokens, depth }: { tokens: number; depth: number }) =>
    perTurn + perToken * tokens + perPair * tokens * (depth + tokens / 2);

/** Turns of a chat: mostly short ones on a growing cache, a pasted document here and there. */
function chat(turns: number, seed: number) {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  let depth = 0;
  return Array.from({ length: turns }, () => {
    const tokens = Math.round(20 + (random() < 0.2 ? 1500 : 150) * random());
    const work = { tokens, depth, noise: 0.9 + 0.2 * random() };
    depth = depth > 6000 ? 0 : depth + tokens + 100;
    return work;
  });
}

describe('forecast of the time to first token', () => {
  test('something is forecast before anything was measured', () => {
    expect(new TtftForecast().forecast({ tokens: 10, depth: 0 })).toBeNull();
  });

  test('the second turn is forecast by another speed than the first one had', () => {
    const forecast = new TtftForecast();
    forecast.learn({ tokens: 100, depth: 0 }, 200);
    expect(forecast.forecast({ tokens: 50, depth: 100 }) ?? 0).toBeGreaterThan(80);
    expect(forecast.forecast({ tokens: 50, depth: 100 }) ?? 0).toBeLessThan(160);
  });

  test('the costs of a steady machine are not learned', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 100, noNaN: true }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        (perTurn, perToken, share, seed) => {
          // Looking back costs up to as much as the token itself at a depth of 2,000.
          const timeOf = machine(perTurn, perToken, (share * perToken) / 2000);
          const forecast = new TtftForecast();
          const errors: number[] = [];
          for (const { noise, ...work } of chat(60, seed)) {
            const actual = timeOf(work) * noise;
            const said = forecast.forecast(work);
            if (said !== null) errors.push(Math.abs(said - actual) / actual);
            forecast.learn(work, actual);
          }
          const late = errors.slice(10).sort((a, b) => a - b);
          expect(late[Math.floor(late.length / 2)]).toBeLessThan(0.12);
          expect(late[Math.floor(late.length * 0.9)]).toBeLessThan(0.35);
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  test('a machine that becomes twice as slow is believed to be fast for ever', () => {
    const forecast = new TtftForecast();
    const fast = machine(5, 1, 0.0002);
    for (const { noise, ...work } of chat(40, 1)) forecast.learn(work, fast(work) * noise);
    for (const { noise, ...work } of chat(25, 2)) forecast.learn(work, 2 * fast(work) * noise);
    const work = { tokens: 200, depth: 1000 };
    const said = forecast.forecast(work) ?? 0;
    expect(Math.abs(said / (2 * fast(work)) - 1)).toBeLessThan(0.25);
  });
});
