import { describe, expect, it } from 'vitest';
import { OpeningProbability } from '#engine/metering/opening-probability.ts';

describe('OpeningProbability', () => {
  it('would claim certainty where nothing was measured', () => {
    const opening = new OpeningProbability();
    opening.record(undefined);
    expect(opening.value).toBeNull();
  });

  it('would let a long answer that recites well hide that its first words were a guess', () => {
    const opening = new OpeningProbability();
    for (const probability of [0.5, 0.8, 1, 1, 1, 1, 1, 1]) opening.record(probability);
    expect(opening.value).toBeCloseTo(0.4);
    for (let token = 0; token < 100; token++) opening.record(0.9);
    expect(opening.value).toBeCloseTo(0.4);
  });
});
