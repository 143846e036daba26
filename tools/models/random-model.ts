import { CHAT_TEMPLATE } from './chat-template.ts';
import type { GgufValue } from './gguf-value.ts';
import type { GgufContent } from './gguf-writer.ts';
import { gemma3Blocks, llamaBlocks } from './model-blocks.ts';
import type { ModelRecipe } from './model-recipe.ts';
import type { TensorType } from './tensor-encoding.ts';
import { buildVocabulary, type Vocabulary } from './vocabulary.ts';
import { embedding, norm, outputMatrix, type WeightPlan } from './weights.ts';

/** The same recipe gives the same bytes on every machine. */
export function randomModel(recipe: ModelRecipe): GgufContent {
  const vocabulary = buildVocabulary();
  const { shape } = recipe;
  const plan: WeightPlan = {
    seed: recipe.seed,
    width: shape.width,
    layers: shape.layers,
    type: recipe.type,
    vocabulary,
    endOfTurnLogit: recipe.endOfTurnLogit,
  };
  const gemma = recipe.architecture === 'gemma3';
  return {
    metadata: new Map([
      ...generalMetadata(recipe),
      ...shapeMetadata(recipe, vocabulary),
      ...tokenizerMetadata(vocabulary),
    ]),
    tensors: [
      embedding(plan, gemma ? 1 / Math.sqrt(shape.width) : 1),
      ...(gemma ? gemma3Blocks(plan, shape) : llamaBlocks(plan, shape)),
      norm('output_norm.weight', shape.width),
      outputMatrix(plan),
    ],
  };
}

type Entry = readonly [key: string, value: GgufValue];

const uint32 = (value: number): GgufValue => ({ type: 'uint32', value });
const float32 = (value: number): GgufValue => ({ type: 'float32', value });
const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
const string = (value: string): GgufValue => ({ type: 'string', value });

/** llama.cpp's numbers for "mostly this type". */
const FILE_TYPE: Readonly<Record<TensorType, number>> = { F32: 0, F16: 1, Q8_0: 7 };

function generalMetadata(recipe: ModelRecipe): Entry[] {
  return [
    ['general.architecture', string(recipe.architecture)],
    ['general.type', string('model')],
    ['general.name', string(recipe.title)],
    ['general.author', string('The Headroom maintainers')],
    ['general.license', string('mit')],
    ['general.description', string(`Random weights, seed ${recipe.seed}: words without meaning.`)],
    ['general.file_type', uint32(FILE_TYPE[recipe.type])],
    ['general.quantization_version', uint32(2)],
  ];
}

function shapeMetadata(recipe: ModelRecipe, vocabulary: Vocabulary): Entry[] {
  const { architecture, shape } = recipe;
  const entries: Entry[] = [
    ['context_length', uint32(shape.contextLength)],
    ['embedding_length', uint32(shape.width)],
    ['block_count', uint32(shape.layers)],
    ['feed_forward_length', uint32(shape.feedForward)],
    ['attention.head_count', uint32(shape.heads)],
    ['attention.head_count_kv', uint32(shape.kvHeads)],
    ['attention.key_length', uint32(shape.headSize)],
    ['attention.value_length', uint32(shape.headSize)],
    ['attention.layer_norm_rms_epsilon', float32(1e-5)],
    ['rope.dimension_count', uint32(shape.headSize)],
    ['rope.freq_base', float32(10_000)],
    ['vocab_size', uint32(vocabulary.tokens.length)],
  ];
  if (recipe.architecture === 'gemma3') {
    entries.push(['attention.sliding_window', uint32(recipe.slidingWindow)]);
  }
  return entries.map(([key, value]) => [`${architecture}.${key}`, value]);
}

function tokenizerMetadata(vocabulary: Vocabulary): Entry[] {
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
