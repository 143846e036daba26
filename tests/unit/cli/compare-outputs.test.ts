import { describe, expect, test } from 'vitest';
import { outputsJson, outputsLines } from '#cli/compare-outputs-report.ts';
import { error, outputsResult, wrote } from '../shared/compare/outputs-result.ts';

const answer = ['Be', 'cau', 'se'];

describe('what each cache wrote', () => {
  test('would not see an answer, where another goes on, or why one is missing', () => {
    const all = [wrote('f16', answer), wrote('q4_0', ['Be', 'ing']), wrote('q5_0', null)];
    expect(outputsLines(outputsResult(all))).toEqual([
      'f16 writes: Because',
      'q4_0 goes on with: ing',
      expect.stringContaining('q5_0 wrote nothing. The engine ended.'),
      'q4_0 writes the same as f16 for 1 token, then differs.',
    ]);
    const [shown] = outputsLines(outputsResult([wrote('f16', null), wrote('q4_0', ['Be', 'ing'])]));
    expect(shown).toBe('q4_0 writes: Being');
    expect(outputsLines({ ...outputsResult(all), outputs: null })).toEqual([]);
    const [line] = outputsLines({
      ...outputsResult(all),
      outputs: null,
      partErrors: { outputs: error },
    });
    expect(line).toContain('The prompt was not answered. The engine ended.');
  });

  test('JSON would lose a text, a place or a reason', () => {
    const all = [wrote('f16', answer), wrote('q4_0', ['Be', 'ing']), wrote('q5_0', null)];
    expect(outputsJson(outputsResult(all))).toMatchObject([
      { typeK: 'f16', text: 'Because', tokens: answer, firstDivergence: null },
      { typeV: 'q4_0', text: 'Being', ended: false, firstDivergence: 1 },
      { typeK: 'q5_0', outcome: 'failed', error: { code: 'engine-crashed' } },
    ]);
    expect(outputsJson({ ...outputsResult(all), outputs: null })).toBeNull();
  });
});
