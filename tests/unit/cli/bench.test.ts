import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { benchProgress, benchText } from '#cli/bench-report.ts';
import { configurationSchema } from '#shared/compare/configuration.ts';
import { benchCsv, benchJson, benchMarkdown } from '#shared/compare/llama-bench-formats.ts';
import { benchRows } from '#shared/compare/llama-bench-rows.ts';
import type { ComparisonProgress } from '#shared/compare/progress.ts';
import { speedFigures } from '#shared/compare/speed-figures.ts';
import {
  f16,
  failed,
  measured,
  measurement,
  mixed,
  q8,
  speedResult,
} from '../shared/compare/speed-result.ts';

const result = speedResult([
  measured(f16, [measurement(100, 10), measurement(50, 10)]),
  failed(q8, 'A quantized V cache needs flash attention.', 'Turn it on.'),
  measured(mixed, [measurement(400, 40), measurement(400, 40)]),
]);
const rows = benchRows(result);

describe('rows', () => {
  test("llama-bench's names would hold other units, or a prompt be taken for generation", () => {
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({
      ...{ n_prompt: 100, n_gen: 0, n_depth: 1024, type_k: 'f16', type_v: 'f16' },
      ...{ avg_ns: 75_000_000, samples_ns: [100_000_000, 50_000_000], avg_ts: 1500 },
      ...{ samples_ts: [1000, 2000], avg_ttft_ms: 76, max_gap_ms: null },
      ...{ n_batch: 512, n_ubatch: 512, backends: 'CPU', gpu_info: '', cpu_info: 'A processor' },
      ...{ test_time: '2026-01-02T03:04:05.000Z', headroom_version: '1.2.3' },
    });
    expect(rows[0]?.stddev_ts).toBeCloseTo(Math.SQRT1_2 * 1000);
    expect(rows[3]).toMatchObject({
      ...{ n_prompt: 0, n_gen: 10, type_k: 'q8_0', type_v: 'q4_0', stddev_ns: 0 },
      ...{ avg_ttft_ms: null, p50_gap_ms: 4, kv_used_bytes: 4096 },
    });
  });

  test('a figure that was not measured would be a number', () => {
    const once = speedResult([measured(f16, [measurement(100, 10)])]);
    expect(benchRows(once)[0]).toMatchObject({
      ...{ stddev_ns: null, stddev_ts: null, kv_reserved_bytes: null, flash_attn: null },
    });
  });
});

describe('without a cache', () => {
  const { configuration, outcome } = measured(f16, [
    { ...measurement(100, 200), prefill: null, usedTokens: 0, usedBytes: null },
  ]);
  const without = { configuration: { ...configuration, keepsCache: false }, outcome };
  const compared = speedResult([without, measured(f16, [measurement(100, 10)])]);

  test('rows would claim a cache that was not there, or lose which one it was not', () => {
    const [first, second] = benchRows(compared);
    expect(first).toMatchObject({
      ...{ type_k: 'none', type_v: 'none', n_prompt: 0, n_gen: 10 },
      ...{ kv_reserved_bytes: null, kv_used_bytes: null, avg_ttft_ms: null },
    });
    expect(second).toMatchObject({ type_k: 'f16', n_prompt: 100, kv_used_bytes: 4096 });
  });

  test('a prompt would be said to have been read, or the few tokens be taken for those of a cache', () => {
    const text = benchText(compared);
    expect(text).toContain(
      'a prompt of 100 tokens, then 10 generated tokens, each behind what the depth says. Without a cache: 10 generated tokens',
    );
    expect(text).toMatch(/no cache +1,024 +not measured +50\.0 tokens\/s +(not measured *){4}\n/);
    const alone = benchText(speedResult([without]));
    expect(alone).toContain('± their standard deviation. Without a cache: 10 generated tokens');
  });
});

describe('formats', () => {
  test('JSON would lose how the time of a token grows with the depth', () => {
    const { configuration, outcome } = measured(f16, []);
    if (outcome.outcome !== 'measured') throw new Error('not measured');
    const depths = [0, 500, 1000].map(depth =>
      speedFigures(depth, [measurement(100, 20 + depth / 25)]),
    );
    const run = speedResult([{ configuration, outcome: { ...outcome, depths } }]);
    expect(JSON.parse(benchJson(benchRows(run), run))).toMatchObject({
      fits: [{ configuration: 'f16', intercept_ms: 2, r_squared: 1, is_sloped: true }],
      findings: [expect.stringContaining('4 ms more for every 1,000 tokens')],
    });
  });

  test('JSON would lose why a configuration has no figures', () => {
    const schema = z.object({
      rows: z.array(z.object({ type_k: z.string() })),
      failures: z.array(z.object({ type_k: z.string(), error: z.object({ code: z.string() }) })),
      findings: z.array(z.string()),
    });
    const json = schema.parse(JSON.parse(benchJson(rows, result)));
    expect(json.rows).toHaveLength(4);
    expect(json.failures).toEqual([{ type_k: 'q8_0', error: { code: 'cache-type-illegal' } }]);
    expect(json.findings).toHaveLength(1);
  });

  test('CSV would have lines of other lengths, or a name be taken for a formula', () => {
    const [head, ...lines] = benchCsv(rows).split('\r\n');
    expect(head?.split(',').slice(0, 4)).toEqual([
      ...['cpu_info', 'gpu_info', 'backends', 'model_filename'],
    ]);
    expect(head).not.toContain('samples');
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      expect(line).toContain('"/models/=one, two.gguf"');
      const cells = line.replace('"/models/=one, two.gguf"', 'path').split(',');
      expect(cells).toHaveLength(head?.split(',').length ?? 0);
    }
  });

  test('the Markdown table would not be that of llama-bench', () => {
    const lines = benchMarkdown(rows, result).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '| model                          |       size |     params | backend    | threads | type_k | type_v | fa |            test |                  t/s |',
      '| ------------------------------ | ---------: | ---------: | ---------- | ------: | -----: | -----: | -: | --------------: | -------------------: |',
      '| llama 1B Q4_0                  |   0.00 MiB |     0.00 M | CPU        |       1 |    f16 |    f16 |    |   pp100 @ d1024 |     1500.00 ± 707.11 |',
      '| llama 1B Q4_0                  |   0.00 MiB |     0.00 M | CPU        |       1 |    f16 |    f16 |    |    tg10 @ d1024 |       1000.00 ± 0.00 |',
    ]);
    expect(lines).toContain(
      '- q8_0 was not measured: A quantized V cache needs flash attention. Turn it on.',
    );
  });

  test('a person would not read what was measured, what it means, or what failed', () => {
    const text = benchText(result);
    expect(text).toContain('Scripted (llama 1B Q4_0) · cpu · 1 thread');
    expect(text).toContain('Means of 2 samples');
    expect(text).toMatch(/q8_0:q4_0 +1,024 +250 tokens\/s +± 0\.0 +250 tokens\/s/);
    expect(text).toContain('not measured');
    expect(text).toContain('q8_0 was not measured: A quantized V cache');
    expect(text).toContain('Measured 2 times: too few');
  });

  test('progress would say another place, or a time that nothing was measured for', () => {
    const progress: ComparisonProgress = {
      part: 'speed',
      configuration: 1,
      stage: 'prefill',
      depthTokens: 1024,
      sequences: null,
      repetition: 1,
      done: 2,
      total: 8,
      remainingMs: null,
    };
    const configurations = [f16, mixed].map(types => configurationSchema.parse(types));
    const line = 'Measuring 3 of 8: q8_0:q4_0 at depth 1,024, prefill';
    expect(benchProgress(progress, configurations)).toBe(line);
    expect(benchProgress({ ...progress, remainingMs: 61_000 }, configurations)).toBe(
      `${line}, about 1 min 1 s left`,
    );
  });
});
