import { CHAT_TEMPLATE } from './chat-template.ts';
import type { GgufValue } from './gguf-value.ts';
import type { TensorType } from './tensor-encoding.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly feedForward: number;
  readonly contextLength: number;
}

export type MetadataEntry = readonly [key: string, value: GgufValue];

export const uint32 = (value: number): GgufValue => ({ type: 'uint32', value });
export const int32s = (value: readonly number[]): GgufValue => ({ type: 'int32[]', value });
export const bools = (value: readonly boolean[]): GgufValue => ({ type: 'bool[]', value });
const float32 = (value: number): GgufValue => ({ type: 'float32', value });
const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
const string = (value: string): GgufValue => ({ type: 'string', value });

/** llama.cpp's numbers for "mostly this type". */
const FILE_TYPE: Readonly<Record<TensorType, number>> = { F32: 0, F16: 1, Q8_0: 7 };

export interface ModelIdentity {
  readonly architecture: string;
  readonly name: string;
  readonly description: string;
  /** Type of all matrices. */
  readonly type: TensorType;
}

export function generalMetadata(identity: ModelIdentity): MetadataEntry[] {
  return [
    ['general.architecture', string(identity.architecture)],
    ['general.type', string('model')],
    ['general.name', string(identity.name)],
    ['general.author', string('The Headroom maintainers')],
    ['general.license', string('mit')],
    ['general.description', string(identity.description)],
    ['general.file_type', uint32(FILE_TYPE[identity.type])],
    ['general.quantization_version', uint32(2)],
  ];
}

export const RMS_EPSILON = 1e-5;
export const ROPE_BASE = 10_000;

/** A shape without attention heads gets the keys that a converted Mamba has, and no head sizes. */
export function shapeMetadata(
  architecture: string,
  shape: ModelShape,
  vocabulary: Vocabulary,
): MetadataEntry[] {
  const attention = shape.heads > 0;
  const entries: MetadataEntry[] = [
    ['context_length', uint32(shape.contextLength)],
    ['embedding_length', uint32(shape.width)],
    ['block_count', uint32(shape.layers)],
    ['feed_forward_length', uint32(shape.feedForward)],
    ['attention.head_count', uint32(shape.heads)],
    ...(attention ? headMetadata(shape) : []),
    ['attention.layer_norm_rms_epsilon', float32(RMS_EPSILON)],
    ...(attention ? ropeMetadata(shape) : []),
    ['vocab_size', uint32(vocabulary.tokens.length)],
  ];
  return entries.map(([key, value]) => [`${architecture}.${key}`, value]);
}

function headMetadata(shape: ModelShape): MetadataEntry[] {
  return [
    ['attention.head_count_kv', uint32(shape.kvHeads)],
    ['attention.key_length', uint32(shape.headSize)],
    ['attention.value_length', uint32(shape.headSize)],
  ];
}

function ropeMetadata(shape: ModelShape): MetadataEntry[] {
  return [
    ['rope.dimension_count', uint32(shape.headSize)],
    ['rope.freq_base', float32(ROPE_BASE)],
  ];
}

export function tokenizerMetadata(vocabulary: Vocabulary): MetadataEntry[] {
  const { tokens } = vocabulary;
  return [
    ['tokenizer.ggml.model', string('llama')],
    ['tokenizer.ggml.pre', string('default')],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: tokens.map(token => token.text) }],
    ['tokenizer.ggml.scores', { type: 'float32[]', value: tokens.map(token => token.score) }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: tokens.map(token => token.type) }],
    ['tokenizer.ggml.unknown_token_id', uint32(vocabulary.unknownId)],
    ['tokenizer.ggml.bos_token_id', uint32(vocabulary.bosId)],
    ['tokenizer.ggml.eos_token_id', uint32(vocabulary.endOfTurnId)],
    ['tokenizer.ggml.eot_token_id', uint32(vocabulary.endOfTurnId)],
    ['tokenizer.ggml.add_bos_token', bool(false)],
    ['tokenizer.ggml.add_eos_token', bool(false)],
    ['tokenizer.ggml.add_space_prefix', bool(false)],
    ['tokenizer.chat_template', string(CHAT_TEMPLATE)],
  ];
}
