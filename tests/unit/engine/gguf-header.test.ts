import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseGgufHeader } from '#engine/gguf/gguf-header.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { encodeGgufHeader } from '#tools/gguf/gguf-writer.ts';

const header = encodeGgufHeader({
  metadata: new Map([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['llama.block_count', { type: 'uint32', value: 3 }],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: ['a', 'b', 'ü'] }],
    ['tokenizer.ggml.scores', { type: 'float32[]', value: [0.5, 1] }],
    ['some.flag', { type: 'bool', value: true }],
  ]),
  tensors: [],
});

it('would catch a value read at the wrong place', () => {
  const parsed = parseGgufHeader(header, header.length);
  if (parsed === 'more') throw new Error('the whole header was passed');
  expect(parsed.version).toBe(3);
  expect(Object.fromEntries(parsed.metadata)).toEqual({
    'general.architecture': 'llama',
    'llama.block_count': 3,
    'tokenizer.ggml.tokens': { strings: 3 },
    'tokenizer.ggml.scores': [0.5, 1],
    'some.flag': true,
  });
});

it('would catch a header refused because only its beginning was read so far', () => {
  const used = header.findLastIndex(byte => byte !== 0) + 1;
  for (let length = 4; length < used; length++) {
    expect(parseGgufHeader(header.subarray(0, length), header.length)).toBe('more');
  }
});

it('would catch anything but a sentence for a header with damaged bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(header.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      changes => {
        const damaged = Uint8Array.from(header);
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          parseGgufHeader(damaged, damaged.length);
        } catch (thrown) {
          if (!(thrown instanceof AppError)) throw thrown;
          expect(thrown.data.suggestion).not.toBeNull();
        }
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});
