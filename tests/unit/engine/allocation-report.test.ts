import { describe, expect, it } from 'vitest';
import { readAllocationReport } from '#engine/loading/allocation-report.ts';

const mib = (value: number) => Math.round(value * 1024 * 1024);

const plainContext = [
  'llama_context: flash_attn            = auto',
  'llama_context:        CPU  output buffer size =     0.01 MiB',
  'llama_kv_cache:        CPU KV buffer size =     8.00 MiB',
  'llama_kv_cache: size =    6.12 MiB (  4096 cells,   4 layers,  1/1 seqs), K (f16):    4.00 MiB, V (q8_0):    2.12 MiB',
  'sched_reserve:        CPU compute buffer size =     8.51 MiB',
];

describe('readAllocationReport', () => {
  it('would catch K and V bytes taken from each other', () => {
    const report = readAllocationReport(plainContext);
    expect(report).toMatchObject({
      kvBytes: mib(6.12),
      kvKBytes: mib(4),
      kvVBytes: mib(2.12),
      recurrentBytes: 0,
      cells: 4096,
      computeBytes: mib(8.51),
      weightsBytes: null,
    });
  });

  it('would catch one of the two caches of a sliding-window model left out', () => {
    const report = readAllocationReport([
      'llama_kv_cache_iswa: creating non-SWA KV cache, size = 2048 cells',
      'llama_kv_cache: size =    1.00 MiB (  2048 cells,   1 layers,  1/1 seqs), K (f16):    0.50 MiB, V (f16):    0.50 MiB',
      'llama_kv_cache_iswa: creating     SWA KV cache, size = 768 cells',
      'llama_kv_cache: size =    1.88 MiB (   768 cells,   5 layers,  1/1 seqs), K (f16):    0.94 MiB, V (f16):    0.94 MiB',
    ]);
    expect(report).toMatchObject({ kvBytes: mib(2.88), kvKBytes: mib(1.44), cells: 2048 });
  });

  it('would catch cells of one sequence reported as those of all', () => {
    const report = readAllocationReport([
      'llama_kv_cache: size =   16.00 MiB (   512 cells,   4 layers, 16/16 seqs), K (f16):    8.00 MiB, V (f16):    8.00 MiB',
    ]);
    expect(report).toMatchObject({ cells: 512 * 16, kvBytes: mib(16) });
  });

  it('would catch weights on several devices of which only one is counted', () => {
    const report = readAllocationReport([
      'load_tensors:   CPU_Mapped model buffer size =   100.00 MiB',
      'load_tensors:        CUDA0 model buffer size =  2000.50 MiB',
      'load_tensors:        CUDA1 model buffer size =  1000.25 MiB',
    ]);
    expect(report.weightsBytes).toBe(mib(3100.75));
  });

  it('would catch a compute buffer that was reserved twice being counted twice', () => {
    const report = readAllocationReport([
      'sched_reserve:      CUDA0 compute buffer size =    50.00 MiB',
      'sched_reserve:  CUDA_Host compute buffer size =     5.00 MiB',
      'sched_reserve:      CUDA0 compute buffer size =    60.00 MiB',
    ]);
    expect(report.computeBytes).toBe(mib(65));
  });

  it.each([
    [['flash_attn = enabled'], true],
    [['flash_attn = disabled'], false],
    [['flash_attn = auto', 'resolve_fused_ops: Flash Attention enabled'], true],
    [
      ['flash_attn = auto', 'resolve_fused_ops: Flash Attention not supported, set to disabled'],
      false,
    ],
    [['flash_attn = auto'], null],
  ])('would catch flash attention misread from %j', (lines, expected) => {
    expect(readAllocationReport(lines.map(line => `llama_context: ${line}`)).flashAttention).toBe(
      expected,
    );
  });

  it('would catch figures invented where the log says nothing', () => {
    expect(Object.values(readAllocationReport(['unrelated'])).every(value => value === null)).toBe(
      true,
    );
  });
});
