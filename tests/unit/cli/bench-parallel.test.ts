import { expect, test } from 'vitest';
import { benchParallelLines } from '#cli/bench-parallel-report.ts';
import type { ParallelFigures } from '#shared/compare/parallel.ts';
import { count, error, measured, parallelResult } from '../shared/compare/parallel-result.ts';

test('the table would show all sequences as one, or lose what failed', () => {
  const failed: ParallelFigures = { outcome: 'failed', sequences: 16, error };
  const lines = benchParallelLines(
    parallelResult(
      measured(count(4, [100, 100, 100], 1024), failed),
      { outcome: 'failed', error },
      null,
    ),
  );
  const text = lines.join('\n');
  expect(text).toMatch(/f16 +4 +100 tokens\/s +± 0\.0 +25\.0 tokens\/s +1\.00 KiB/);
  expect(text).toContain('f16 with 16 sequences was not measured. This needs more');
  expect(text).toContain('q8_0 was not measured. This needs more');
  expect(text).not.toContain('q4_0');
  expect(benchParallelLines({ ...parallelResult(), parallel: null })).toEqual([]);
  const [whole] = benchParallelLines({ ...parallelResult(), partErrors: { parallel: error } });
  expect(whole).toContain('were not measured. This needs more');
});
