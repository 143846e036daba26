import { writeFile } from 'node:fs/promises';
import { ByteSink } from '../gguf/gguf-value.ts';
import {
  encodeGgufHeader,
  type GgufContent,
  type GgufTensor,
  writeGguf,
} from '../gguf/gguf-writer.ts';
import { randomModel } from './random-model.ts';
import { RECIPES } from './recipes.ts';

type Writer = (path: string) => Promise<unknown>;

/** Files that are wrong in one way each and otherwise as the tiny model. */
export const MALFORMED = {
  'malformed-empty': path => writeFile(path, ''),
  'malformed-four-bytes': path => writeFile(path, 'GGUF'),
  'malformed-text': path => writeFile(path, 'Not a model, only a few words of text.\n'.repeat(20)),
  'malformed-truncated-header': path => writeHeaderPart(path, 0.5),
  'malformed-truncated-tensor-data': writeWithoutMostData,
  'malformed-absurd-string-length': path => writeFile(path, absurdStringLength()),
  'malformed-wrong-magic': path => writeFile(path, headerWithWord(0, 0x4c4d_4747)),
  'malformed-wrong-version': path => writeFile(path, headerWithWord(4, 99)),
  'malformed-unsupported-architecture': path => writeGguf(path, unsupportedArchitecture()),
  'malformed-nan-weights': path => writeGguf(path, nanWeights()),
  'malformed-zero-tensors': path => writeGguf(path, { ...tiny(), tensors: [] }),
} as const satisfies Readonly<Record<string, Writer>>;

export type MalformedName = keyof typeof MALFORMED;

function tiny(): GgufContent {
  return randomModel(RECIPES.tiny);
}

async function writeHeaderPart(path: string, share: number): Promise<void> {
  const header = encodeGgufHeader(tiny());
  await writeFile(path, header.subarray(0, Math.floor(header.length * share)));
}

/** A whole header that promises more tensor data than follows: a download that broke off. */
async function writeWithoutMostData(path: string): Promise<void> {
  const header = encodeGgufHeader(tiny());
  const bytes = new Uint8Array(header.length + 100_000);
  bytes.set(header);
  await writeFile(path, bytes);
}

/** A key of 2 GiB: readers that trust the length allocate it and then abort Node's own read call. */
function absurdStringLength(): Uint8Array {
  const sink = new ByteSink();
  sink.bytes(new TextEncoder().encode('GGUF'));
  sink.uint32(3);
  sink.uint64(1);
  sink.uint64(1);
  sink.uint64(0x8000_0000);
  sink.bytes(new TextEncoder().encode('general.architecture'));
  sink.bytes(new Uint8Array(4096));
  return sink.finish();
}

function headerWithWord(offset: number, word: number): Uint8Array {
  const header = encodeGgufHeader(tiny());
  new DataView(header.buffer).setUint32(offset, word, true);
  return header;
}

function unsupportedArchitecture(): GgufContent {
  const content = tiny();
  const metadata = new Map(content.metadata);
  metadata.set('general.architecture', { type: 'string', value: 'abacus' });
  return { ...content, metadata };
}

/** Loads like any model; only a check of the tensors or the answers show it. */
function nanWeights(): GgufContent {
  const content = tiny();
  const withNaN = (tensor: GgufTensor): GgufTensor => ({
    ...tensor,
    *values() {
      for (const chunk of tensor.values()) yield chunk.fill(Number.NaN);
    },
  });
  return {
    ...content,
    tensors: content.tensors.map(tensor =>
      tensor.name.endsWith('attn_v.weight') ? withNaN(tensor) : tensor,
    ),
  };
}
