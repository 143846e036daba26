import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configurationSchema } from '#shared/compare/configuration.ts';
import type {
  ComparedReading,
  ConfigurationFidelity,
  FidelityReading,
} from '#shared/compare/fidelity.ts';
import { fidelityFigures, perplexity } from '#shared/compare/fidelity-figures.ts';
import {
  fidelitySentences,
  formatAgreement,
  formatDivergence,
  formatPerplexity,
} from '#shared/compare/fidelity-text.ts';
import { worstSpots } from '#shared/compare/worst-spots.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { CacheTypes } from '#shared/kv-cache/cache-size.ts';
import type { CacheType } from '#shared/kv-cache/cache-type.ts';

function reading(likeliest: readonly number[], losses?: readonly number[]): FidelityReading {
  return {
    losses: [...(losses ?? likeliest.map(() => 1))],
    likeliest: [...likeliest],
    likeliestTexts: likeliest.map(token => `t${token}`),
  };
}

function compared(likeliest: readonly number[], divergences: readonly number[]): ComparedReading {
  return { ...reading(likeliest), divergences: [...divergences] };
}

describe('perplexity', () => {
  test('would leave the range between certainty and the worst single token', () => {
    const losses = fc.array(fc.double({ min: 0, max: 103, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(losses, values => {
        const value = perplexity(values);
        expect(value).toBeGreaterThanOrEqual(1);
        expect(Math.log(value)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      }),
    );
  });

  test('of a guess among eight equally likely tokens would not be eight', () => {
    expect(perplexity(new Array(100).fill(Math.log(8)))).toBeCloseTo(8, 12);
  });
});

describe('fidelityFigures', () => {
  test('would have a tail below its middle, or beyond its largest value', () => {
    const divergences = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(divergences, values => {
        const same = values.map(() => 1);
        const { mean, p95, p99, max } = fidelityFigures(
          reading(same),
          compared(same, values),
        ).klDivergence;
        expect(p95).toBeLessThanOrEqual(p99);
        expect(p99).toBeLessThanOrEqual(max);
        expect(max).toBe(Math.max(...values));
        expect(mean).toBeLessThanOrEqual(max * (1 + 1e-12));
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) * (1 - 1e-12));
      }),
    );
  });

  test('would count changes of the likeliest token wrongly', () => {
    const figures = fidelityFigures(reading([1, 2, 3, 4]), compared([1, 9, 3, 9], [0, 1, 0, 1]));
    expect(figures).toMatchObject({ top1Agreement: 0.5, top1Changes: 2 });
  });
});

describe('worstSpots', () => {
  test('would show the wrong place, or the words after it instead of those before', () => {
    const expected = [' one', ' two', ' three', ' four'];
    const spots = worstSpots(
      expected,
      reading([1, 2, 3, 4]),
      compared([1, 2, 8, 9], [0, 0.1, 0.5, 0.2]),
      2,
    );
    expect(spots).toEqual([
      {
        ...{ position: 2, before: ' one two', expected: ' three', divergence: 0.5 },
        ...{ baselineSays: 't3', candidateSays: 't8' },
      },
      {
        ...{ position: 3, before: ' one two three', expected: ' four', divergence: 0.2 },
        ...{ baselineSays: 't4', candidateSays: 't9' },
      },
    ]);
  });

  test('would call places bad where nothing has changed', () => {
    expect(worstSpots(['a'], reading([1]), compared([1], [0]), 5)).toEqual([]);
  });
});

test('a place that differs would be rounded away', () => {
  expect(formatAgreement(1)).toBe('100.0 %');
  expect(formatAgreement(1 - 1 / 32_767)).toBe('> 99.9 %');
  expect(formatAgreement(466 / 511)).toBe('91.2 %');
});

describe('the sentences', () => {
  function figures(mean: number, changes: number, ppl = 10): ConfigurationFidelity {
    return {
      outcome: 'measured',
      ...context,
      perplexity: ppl,
      klDivergence: { mean, p95: mean, p99: mean, max: mean },
      top1Agreement: 1 - changes / 100,
      top1Changes: changes,
      reading: compared([], []),
    };
  }
  const context = {
    ...{ threads: 1, contextLength: 128, batchSize: 512, kvBytes: 1, flashAttention: true },
  };
  const pair = (typeK: CacheType, typeV: CacheType): CacheTypes => ({ typeK, typeV });
  const silence = figures(0, 0);

  function said(
    rows: readonly (readonly [CacheTypes, ConfigurationFidelity])[],
    noise: ConfigurationFidelity = silence,
  ): string {
    return fidelitySentences({
      configurations: rows.map(([types]) => configurationSchema.parse(types)),
      fidelity: {
        text: { kind: 'built-in', name: '', sha256: '', expected: new Array(100).fill('x') },
        baseline: { ...context, perplexity: 9, reading: reading([]) },
        configurations: rows.map(([, outcome]) => outcome),
        noise,
      },
    }).join('\n');
  }

  test('would not say how often the likeliest token changes', () => {
    const text = said([
      [pair('q4_0', 'q4_0'), figures(0.02, 12)],
      [pair('q8_0', 'q4_0'), figures(0.01, 0)],
    ]);
    expect(text).toContain('q4_0 changes the most likely next token in 12 of 100 places.');
    expect(text).toContain('q8_0:q4_0 changes the most likely next token in none of 100 places.');
    expect(text).toContain('f16 against itself gives the very same figures');
  });

  test.each([
    [0.03, 0.01, 'q4_0 on K alone costs more than on V alone (0.030 against 0.010'],
    [0.01, 0.03, 'q4_0 on K alone costs less than on V alone (0.010 against 0.030'],
    [0.01, 0.01, 'q4_0 costs as much on K alone as on V alone'],
  ])('K at %d and V at %d would not be told apart', (k, v, sentence) => {
    const text = said([
      [pair('f16', 'q4_0'), figures(v, 1)],
      [pair('q4_0', 'f16'), figures(k, 1)],
    ]);
    expect(text).toContain(sentence);
  });

  test('a difference within the noise would be reported as one', () => {
    const text = said([[pair('q8_0', 'q8_0'), figures(0.009, 2)]], figures(0.01, 3));
    expect(text).toContain('q8_0 cannot be told from the noise floor.');
    expect(text).toContain('f16 against itself diverges by 0.010');
  });

  test('a lucky perplexity would be sold as a gain', () => {
    expect(said([[pair('q4_0', 'q4_0'), figures(0.02, 1, 8.5)]])).toContain('is no gain');
    expect(said([[pair('q4_0', 'q4_0'), figures(0.02, 1, 9.5)]])).not.toContain('no gain');
  });

  test('a noise floor that failed would pass for silence', () => {
    const { data: error } = new AppError('engine-crashed', 'It died.');
    const text = said([[pair('q4_0', 'q4_0'), figures(0.02, 1)]], { outcome: 'failed', error });
    expect(text).toContain('could not be measured');
  });
});

test.each([
  [0, '0'],
  [1.234e-8, '1.2e-8'],
  [0.00066, '6.6e-4'],
  [0.003, '0.0030'],
  [0.026, '0.026'],
  [1.25, '1.3'],
  [103.3, '103'],
])('a divergence of %d would not read %s', (nats, text) => {
  expect(formatDivergence(nats)).toBe(text);
});

test.each([
  [1, '1.000'],
  [8.2137, '8.214'],
  [151_080.4, '151,080'],
])('a perplexity of %d would not read %s', (value, text) => {
  expect(formatPerplexity(value)).toBe(text);
});
