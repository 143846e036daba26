import type { ComparisonResult } from '#shared/compare/comparison.ts';
import { sampleStatistics } from '#shared/compare/sample-statistics.ts';
import { longResult } from '#tools/bench/long-result.ts';
import { f16, failed, measured, measurement, q8, speedResult } from './speed-result.ts';

const three = (prefillMs: number, decodeMs: number) =>
  [1, 1.01, 0.99, 1.005, 0.995].map(part => measurement(prefillMs * part, decodeMs * part));

/** All parts of three configurations, of which the last one could not be loaded. */
export function wholeResult(): ComparisonResult {
  const speed = speedResult([
    measured(f16, three(100, 10)),
    measured(q8, three(210, 19)),
    failed({ typeK: 'q4_0', typeV: 'q4_0' }, 'It does not fit.', 'Choose another one.'),
  ]);
  const { fidelity } = longResult(2, 20);
  const [, compared] = fidelity?.configurations ?? [];
  const refused = speed.speed?.configurations[2];
  if (fidelity === null || compared == null || refused?.outcome !== 'failed') {
    throw new Error('The fixture is not what it was.');
  }
  return {
    ...speed,
    fidelity: { ...fidelity, configurations: [null, compared, refused] },
    outputs: {
      test: { prompt: 'How big is a `cache`?', tokens: 4 },
      configurations: [
        { outcome: 'measured', tokens: ['Half', ' a', ' gigabyte', '.'], ended: true },
        { outcome: 'measured', tokens: ['Half', ' a', ' ```', '\nbyte'], ended: false },
        refused,
      ],
    },
    parallel: {
      test: { sequences: [1, 2], promptTokens: 64, generatedTokens: 32, repetitions: 3, seed: 0 },
      configurations: [
        {
          outcome: 'measured',
          counts: [
            {
              outcome: 'measured',
              sequences: 1,
              tokensPerSecond: sampleStatistics([10, 11, 12]),
              kvBytes: 1_048_576,
              contextLength: 256,
            },
            { ...refused, sequences: 2 },
          ],
        },
        refused,
        refused,
      ],
    },
  };
}
