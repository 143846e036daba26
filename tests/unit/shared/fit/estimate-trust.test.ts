import { describe, expect, test } from 'vitest';
import { estimateTrust } from '#shared/fit/estimate-trust.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import type { LoadRecord } from '#shared/model/load-record.ts';

const parts = {
  weightsBytes: 1000,
  kvKBytes: 100,
  kvVBytes: 100,
  recurrentBytes: 0,
  computeBytes: 50,
};

function record(
  planned: Partial<LoadRecord['planned']>,
  actual: Partial<LoadRecord['actual']>,
): LoadRecord {
  return {
    loadedAt: 0,
    options: loadOptionsSchema.parse({}),
    backend: 'cpu',
    gpuLayers: 0,
    contextLength: 256,
    llamaCppRelease: 'b1',
    planned: { ...parts, ...planned },
    actual: { ...parts, ...actual },
  };
}

describe('estimate trust', () => {
  test('an estimate that was too low is outweighed by one that was too high', () => {
    const { worst, worstTotal } = estimateTrust([
      record({ computeBytes: 55 }, {}),
      record({ computeBytes: 40 }, {}),
      record({}, {}),
    ]);
    expect(worst.computeBytes).toBeCloseTo(-0.2);
    expect(worst.kvKBytes).toBe(0);
    expect(worstTotal).toBeCloseTo(-10 / 1250);
  });

  test('a part that was not measured counts as right', () => {
    const { loads, worst, worstTotal } = estimateTrust([record({}, { computeBytes: null })]);
    expect(loads).toBe(1);
    expect(worst.computeBytes).toBeNull();
    expect(worstTotal).toBeNull();
  });

  test('a model that was never loaded is trusted', () => {
    expect(estimateTrust([])).toMatchObject({ loads: 0, worstTotal: null });
  });
});
