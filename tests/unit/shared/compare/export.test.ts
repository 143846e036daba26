import { describe, expect, test } from 'vitest';
import { comparisonResultSchema } from '#shared/compare/comparison.ts';
import { exportComparison } from '#shared/compare/export.ts';
import { benchRows } from '#shared/compare/llama-bench-rows.ts';
import { wholeResult } from './whole-result.ts';

const result = comparisonResultSchema.parse(wholeResult());
const name = 'Before | after';
const exported = (format: 'csv' | 'json' | 'markdown') =>
  exportComparison(result, name, 'With the door **open**.\n', format);

describe('JSON', () => {
  test('something of the run, or what wrote it, would be missing', () => {
    const { fileName, text } = exported('json');
    expect(fileName).toBe('Before-after.json');
    expect(JSON.parse(text)).toEqual({
      format: 'headroom-comparison',
      version: 1,
      appVersion: '1.2.3',
      name,
      note: 'With the door **open**.\n',
      result,
    });
  });
});

describe('CSV', () => {
  const lines = exported('csv').text.trimEnd().split('\r\n');
  const [head = '', ...rest] = lines;
  const names = head.split(',');
  /** No cell of the fixture but the file's name has a comma. */
  const rows = rest.map(line => {
    const cells = line.replace(/"[^"]*"/, 'quoted').split(',');
    expect(cells).toHaveLength(names.length);
    return Object.fromEntries(names.map((column, index) => [column, cells[index]]));
  });
  const of = (part: string) => rows.filter(row => row['part'] === part);

  test('a figure would stand in the column of another one, or under a name of our own', () => {
    expect(exported('csv').fileName).toBe('Before-after.csv');
    const [first] = benchRows(result);
    expect(of('speed')[0]).toMatchObject({
      configuration: 'f16',
      type_k: 'f16',
      n_prompt: '100',
      n_gen: '0',
      n_depth: '1024',
      avg_ts: String(first?.avg_ts),
      stddev_ts: String(first?.stddev_ts),
      avg_ttft_ms: String(first?.avg_ttft_ms),
      perplexity: '',
    });
    const figures = result.fidelity?.configurations[1];
    if (figures?.outcome !== 'measured') throw new Error('not measured');
    expect(of('fidelity')[0]).toMatchObject({
      configuration: 'q8_0',
      type_k: 'q8_0',
      perplexity: String(figures.perplexity),
      kl_mean_nats: String(figures.klDivergence.mean),
      top1_changes: String(figures.top1Changes),
      avg_ts: '',
    });
    expect(of('parallel')[0]).toMatchObject({ n_sequences: '1', avg_ts: '11', n_depth: '64' });
    expect(
      of('outputs').map(row => [row['n_gen'], row['answer_ended'], row['first_divergence']]),
    ).toEqual([
      ['4', '1', ''],
      ['4', '0', '2'],
      ['', '', ''],
    ]);
  });

  test('a figure would stand in two lines, so that a mean counts it twice', () => {
    expect(rows.map(row => `${row['part']}: ${row['configuration']}`)).toEqual([
      ...['speed: f16', 'speed: f16', 'speed: q8_0', 'speed: q8_0', 'speed: q4_0'],
      ...['fidelity: q8_0', 'fidelity: q4_0', 'fidelity: f16 (baseline)', 'fidelity: f16 again'],
      ...['outputs: f16', 'outputs: q8_0', 'outputs: q4_0'],
      ...['parallel: f16', 'parallel: f16', 'parallel: q8_0', 'parallel: q4_0'],
    ]);
  });

  test('what failed would be left out, as if nobody had asked for it', () => {
    const failures = rows.filter(row => row['error'] !== '');
    expect(failures.map(row => [row['part'], row['configuration'], row['error']])).toEqual([
      ['speed', 'q4_0', 'It does not fit.'],
      ['fidelity', 'q4_0', 'It does not fit.'],
      ['outputs', 'q4_0', 'It does not fit.'],
      ['parallel', 'f16', 'It does not fit.'],
      ['parallel', 'q8_0', 'It does not fit.'],
      ['parallel', 'q4_0', 'It does not fit.'],
    ]);
    const error = {
      code: 'internal',
      message: 'No text.',
      suggestion: null,
      details: null,
    } as const;
    const cut = { ...result, fidelity: null, partErrors: { fidelity: error } };
    expect(exportComparison(cut, name, '', 'csv').text).toContain(',No text.\r\n');
  });

  test('a line would not say what it was measured on', () => {
    for (const row of rows) {
      expect(row).toMatchObject({
        cpu_info: 'A processor',
        backends: 'CPU',
        llama_cpp_release: 'scripted',
        headroom_version: '1.2.3',
      });
    }
  });
});

describe('Markdown', () => {
  const { fileName, text } = exported('markdown');

  test('the report would lack a part, or show it under another one', () => {
    expect(fileName).toBe('Before-after.md');
    const titles = text.match(/^#+ .*$/gm);
    expect(titles).toEqual([
      '# Before \\| after',
      '## What was measured',
      '## Speed',
      '## Fidelity',
      '## Answers',
      '### f16',
      '### q8_0',
      '## Several at once',
      '## Findings',
      '## Not measured',
    ]);
    expect(text).toContain('\n\nWith the door **open**.\n\n');
    expect(text).toContain('| Processor | A processor |');
    expect(text).toContain('| Memory bandwidth | not measured |');
    expect(text).toContain(
      '| f16 | f16 | f16 |  | 1 | pp100 @ d1024 | 1000.05 ± 7.91 | 101 ms | 4.00 KiB |',
    );
    expect(text).toContain('| f16 | 11.0 (KV 1.00 MiB) | not measured |');
    expect(text).toContain(
      '- On this machine q8_0 is 1.9 times slower than f16 in decode and 2.1 times slower than f16 in prefill, at depth 1,024.',
    );
  });

  test.each([
    ['within', ['Half', ' a', ' byte'], 'for 2 tokens | " gigabyte" | " byte"'],
    ['at its end', ['Half', ' a'], 'for 2 tokens | " gigabyte" | nothing more'],
    ['nowhere', ['Half', ' a', ' gigabyte', '.'], 'to its end |  | '],
  ])('an answer would be said to leave the other one elsewhere: %s', (_where, tokens, cells) => {
    const [first] = result.outputs?.configurations ?? [];
    if (result.outputs === null || first === undefined) throw new Error('no outputs');
    const other = { outcome: 'measured', tokens, ended: false } as const;
    const outputs = { ...result.outputs, configurations: [first, other] };
    const { text: report } = exportComparison({ ...result, outputs }, name, '', 'markdown');
    expect(report).toContain(`, cut there | ${cells} |`);
  });

  test('the folders of the user would be published with the report', () => {
    expect(text).toContain('=one, two.gguf');
    expect(text).not.toContain('/models');
  });

  test('one reason would be told once for every part, or cost a part that was measured', () => {
    const [, list = ''] = text.split('## Not measured\n\n');
    expect(list.trimEnd().split('\n')).toEqual([
      '- f16, 2 at once, was not measured: It does not fit. Choose another one.',
      '- q8_0 (Several at once) was not measured: It does not fit. Choose another one.',
      '- q4_0 was not measured: It does not fit. Choose another one.',
    ]);
  });

  test('an answer would end its own block, and be taken for Markdown', () => {
    expect(text).toContain('````text\nHalf a ```\nbyte\n````');
  });

  test('a run of one part would have empty sections', () => {
    const { text: short } = exportComparison(
      { ...result, speed: null, outputs: null, parallel: null },
      name,
      ' ',
      'markdown',
    );
    expect(short.match(/^## .*$/gm)).toEqual([
      '## What was measured',
      '## Fidelity',
      '## Findings',
      '## Not measured',
    ]);
  });
});
