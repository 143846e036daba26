import type { ModelDescription } from '#shared/model/model-description.ts';
import { activeWeightsBytes } from './active-weights.ts';
import type { GgufFile } from './gguf-file.ts';
import type { GgufTensor, GgufValue } from './gguf-header.ts';
import { readModelLayers } from './model-layers.ts';
import { fileNameOf } from './model-path.ts';
import { elementCount, tensorBytes, tensorTypeName } from './tensor-size.ts';

/** What a checked file's header says, in the app's own terms. */
export function describeModel(file: GgufFile): ModelDescription {
  const { metadata } = file.header;
  const architecture = text(metadata.get('general.architecture')) ?? 'unknown';
  const field = (name: string) => metadata.get(`${architecture}.${name}`);
  const tensors = [file.header, ...file.furtherParts].flatMap(part => part.tensors);
  const fileName = fileNameOf(file.path);
  return {
    path: file.path,
    fileName,
    name: text(metadata.get('general.name')) ?? fileName.replace(/\.gguf$/i, ''),
    author: text(metadata.get('general.author')) ?? text(metadata.get('general.organization')),
    architecture,
    fileBytes: file.fileBytes,
    weightsBytes: tensors.reduce((total, tensor) => total + bytesOf(tensor), 0),
    activeWeightsBytes: activeWeightsBytes(tensors, field),
    parameterCount: tensors.reduce((total, tensor) => total + elementCount(tensor.dimensions), 0),
    tensorTypes: bytesByType(tensors),
    trainedContextLength: whole(field('context_length')) || null,
    layerCount: whole(field('block_count')),
    embeddingLength: whole(field('embedding_length')),
    feedForwardLength: widest(field('feed_forward_length')),
    vocabularySize: vocabularySize(metadata) ?? whole(field('vocab_size')),
    tokenizer: text(metadata.get('tokenizer.ggml.model')),
    hasChatTemplate: (text(metadata.get('tokenizer.chat_template'))?.trim() ?? '') !== '',
    layers: readModelLayers(architecture, metadata),
  };
}

function bytesOf(tensor: GgufTensor): number {
  return Math.floor(tensorBytes(tensor.type, tensor.dimensions) ?? 0);
}

function bytesByType(tensors: readonly GgufTensor[]): ModelDescription['tensorTypes'] {
  const byType = new Map<number, number>();
  for (const tensor of tensors) {
    byType.set(tensor.type, (byType.get(tensor.type) ?? 0) + bytesOf(tensor));
  }
  return [...byType]
    .map(([type, bytes]) => ({ name: tensorTypeName(type), bytes }))
    .sort((one, other) => other.bytes - one.bytes);
}

function vocabularySize(metadata: ReadonlyMap<string, GgufValue>): number | null {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  return typeof tokens === 'object' && 'count' in tokens ? tokens.count : null;
}

function text(value: GgufValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function whole(value: GgufValue | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Of a number for all layers or a list with one for each. */
function widest(value: GgufValue | undefined): number {
  if (!Array.isArray(value)) return whole(value);
  return value.reduce<number>((most, entry) => Math.max(most, whole(entry)), 0);
}
