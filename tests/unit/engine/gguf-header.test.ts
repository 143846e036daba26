import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseGgufHeader } from '#engine/gguf/gguf-header.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { ByteSink } from '#tools/gguf/gguf-value.ts';
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
    'tokenizer.ggml.tokens': { count: 3 },
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

it('would catch a header of 100,000 tensors refused or lost', () => {
  const large = encodeGgufHeader({
    metadata: new Map(),
    tensors: Array.from({ length: 100_000 }, (_, index) => ({
      name: `blk.${index}.weight`,
      dimensions: [1, 1],
      type: 'F32' as const,
      values: () => [],
    })),
  });
  const parsed = parseGgufHeader(large, large.length + 100_000 * 32);
  if (parsed === 'more') throw new Error('the whole header was passed');
  expect(parsed.tensors).toHaveLength(100_000);
  expect(parsed.tensors.at(-1)?.name).toBe('blk.99999.weight');
});

/** Version 3, then the counts of tensors and of metadata entries, then whatever follows. */
function hostile(
  counts: readonly [tensors: bigint, entries: bigint],
  rest: (sink: ByteSink) => void = () => {},
): Uint8Array {
  const sink = new ByteSink();
  sink.bytes(new TextEncoder().encode('GGUF'));
  sink.uint32(3);
  for (const count of counts) sink.bytes(new Uint8Array(BigInt64Array.of(count).buffer));
  rest(sink);
  // As if the file went on: nothing may be allocated or read on the strength of a number alone.
  sink.bytes(new Uint8Array(64 * 1024));
  return sink.finish();
}

const key = (sink: ByteSink) => {
  sink.uint64(1);
  sink.bytes(new TextEncoder().encode('k'));
};
const nestedLists = (depth: number) => (sink: ByteSink) => {
  key(sink);
  sink.uint32(9);
  for (let level = 0; level < depth; level++) {
    sink.uint32(9);
    sink.uint64(1);
  }
};

it.each([
  ['more tensors than there are atoms', hostile([2n ** 62n, 0n])],
  ['a negative number of tensors', hostile([-1n, 0n])],
  ['a negative number of entries', hostile([0n, -1n])],
  ['lists in lists in lists', hostile([0n, 1n], nestedLists(1000))],
  [
    'a list of more values than the file has bytes',
    hostile([0n, 1n], sink => {
      key(sink);
      sink.uint32(9);
      sink.uint32(4);
      sink.uint64(2 ** 52);
    }),
  ],
  [
    'a text longer than the file',
    hostile([0n, 1n], sink => {
      sink.uint64(2 ** 52);
    }),
  ],
])('would catch %s believed', (_name, bytes) => {
  expect(() => parseGgufHeader(bytes, bytes.length)).toThrow(AppError);
  try {
    parseGgufHeader(bytes, bytes.length);
  } catch (thrown) {
    expect(thrown).toMatchObject({ data: { code: 'model-damaged' } });
  }
});

it('would catch a list of a million numbers kept', () => {
  const bytes = hostile([0n, 1n], sink => {
    key(sink);
    sink.uint32(9);
    sink.uint32(0);
    sink.uint64(1_000_000);
    sink.bytes(new Uint8Array(1_000_000));
  });
  const header = parseGgufHeader(bytes, bytes.length);
  if (header === 'more') throw new Error('the header is whole');
  expect(header.metadata.get('k')).toEqual({ count: 1_000_000 });
});
