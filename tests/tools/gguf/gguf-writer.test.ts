import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GgufValue } from '#tools/gguf/gguf-value.ts';
import { type GgufTensor, writeGguf } from '#tools/gguf/gguf-writer.ts';
import { decodeTensor, encodeTensor, halfBits } from '#tools/gguf/tensor-encoding.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-gguf-'));
});
afterEach(() => rm(directory, { recursive: true }));

function tensor(name: string, count: number, type: GgufTensor['type'], given = count): GgufTensor {
  return { name, dimensions: [count], type, values: () => [new Float32Array(given).fill(1.5)] };
}

describe('writeGguf', () => {
  test('is read back by another reader: every value type, offsets at the stated alignment', async () => {
    const path = join(directory, 'some.gguf');
    const metadata = new Map<string, GgufValue>([
      ['general.architecture', { type: 'string', value: 'llama' }],
      ['general.name', { type: 'string', value: 'n\u00E4me' }],
      ['llama.block_count', { type: 'uint32', value: 4_000_000_000 }],
      ['llama.rope.freq_base', { type: 'float32', value: 0.5 }],
      ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
      ['tokenizer.ggml.tokens', { type: 'string[]', value: ['a', '', '\u2581b'] }],
      ['tokenizer.ggml.scores', { type: 'float32[]', value: [0, -1.5] }],
      ['tokenizer.ggml.token_type', { type: 'int32[]', value: [1, -1] }],
    ]);
    const tensors = [
      tensor('first', 3, 'F32'),
      tensor('second', 32, 'Q8_0'),
      tensor('x', 5, 'F16'),
    ];
    const size = await writeGguf(path, { metadata, tensors, alignment: 64 });

    const info = await readGgufFileInfo(path, { logWarnings: false });
    expect(info.version).toBe(3);
    expect(info.metadata).toMatchObject({
      general: { architecture: 'llama', name: 'n\u00E4me', alignment: 64 },
      llama: { block_count: 4_000_000_000, rope: { freq_base: 0.5 } },
      tokenizer: {
        ggml: {
          add_bos_token: true,
          tokens: ['a', '', '\u2581b'],
          scores: [0, -1.5],
          token_type: [1, -1],
        },
      },
    });
    const read = info.fullTensorInfo ?? [];
    expect(read.map(({ name, offset }) => [name, Number(offset)])).toEqual([
      ['first', 0],
      ['second', 64],
      ['x', 128],
    ]);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(size);
    expect(bytes.readFloatLE(Number(read[0]?.fileOffset))).toBe(1.5);
    expect(bytes.readUInt16LE(Number(read[2]?.fileOffset))).toBe(0x3e00);
  });

  test('refuses a Q8_0 row that is not made of whole blocks instead of writing nonsense', async () => {
    const content = { metadata: new Map(), tensors: [tensor('odd', 80, 'Q8_0')] };
    await expect(writeGguf(join(directory, 'a'), content)).rejects.toThrow('multiple of 32');
  });

  test('refuses a tensor whose values do not fill its shape, which would shift all that follow', async () => {
    const content = { metadata: new Map(), tensors: [tensor('short', 64, 'F16', 32)] };
    await expect(writeGguf(join(directory, 'a'), content)).rejects.toThrow(
      'Tensor short has room for 64 values but was given 32.',
    );
  });
});

describe('number formats', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
  ])('rounds %d to the half-precision bits that IEEE 754 asks for', (value, bits) => {
    expect(halfBits(value)).toBe(bits);
  });

  test('Q8_0 keeps every value within half a step of its block scale', () => {
    const values = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index) * (index + 1));
    const bytes = encodeTensor('Q8_0', values);
    const view = new DataView(bytes.buffer);
    expect(bytes.length).toBe(68);
    values.forEach((value, index) => {
      const block = Math.floor(index / 32);
      const largest = Math.max(...values.subarray(block * 32, block * 32 + 32).map(Math.abs));
      const scale = largest / 127;
      expect(view.getUint16(block * 34, true)).toBe(halfBits(scale));
      const restored = view.getInt8(block * 34 + 2 + (index % 32)) * scale;
      expect(Math.abs(restored - value)).toBeLessThanOrEqual(scale / 2 + 1e-6);
    });
  });
});

describe('decodeTensor', () => {
  test.each(['F32', 'F16', 'Q8_0'] as const)(
    'reads back what was written as %s, so a dequantized copy holds what llama.cpp computes with',
    type => {
      const written = Float32Array.from({ length: 64 }, (_, index) => (index - 20) / 16);
      written[40] = 2 ** -20; // A subnormal half.
      const read = decodeTensor(type, encodeTensor(type, written));
      const largest = { F32: 0, F16: 2 ** -11 * 4, Q8_0: 2.75 / 127 }[type];
      read.forEach((value, index) => {
        expect(Math.abs(value - (written[index] ?? Number.NaN))).toBeLessThanOrEqual(largest);
      });
      expect(encodeTensor(type, read)).toEqual(encodeTensor(type, written));
    },
  );
});
