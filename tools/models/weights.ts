import type { GgufTensor } from '../gguf/gguf-writer.ts';
import { type SeededRandom, seededRandom } from '../gguf/seeded-random.ts';
import type { TensorType } from '../gguf/tensor-encoding.ts';
import { embeddedRole, GRAMMAR_ENERGY, GRAMMAR_WIDTH, outputRole } from './grammar.ts';
import type { SpokenVocabulary } from './vocabulary.ts';

/** A uniform value in [-a, a) has the variance a^2 / 3. */
const AMPLITUDE_OF_UNIT_VARIANCE = Math.sqrt(3);
const CHUNK_VALUES = 1 << 16;
/** Layers together add this much variance to the 1 that the embedding brings. */
const LAYER_VARIANCE = 4;
/** Spread of the random part of a logit: at 0.7, a handful of words compete at every step. */
const LOGIT_SPREAD = 1.6;
/** Less of it where a sentence starts or a turn ends. */
const START_OR_END_SPREAD = 0.8;

export interface WeightPlan {
  readonly seed: number;
  readonly width: number;
  readonly layers: number;
  /** Type of the matrices; norms are F32, as llama.cpp wants them. */
  readonly type: TensorType;
  readonly vocabulary: SpokenVocabulary;
}

/** Root mean square of what one attention or feed-forward block adds to a hidden value. */
export function blockShare(plan: WeightPlan): number {
  return Math.sqrt(LAYER_VARIANCE / (2 * plan.layers));
}

/**
 * A matrix whose outputs have `gain` times the size of its inputs. With `keepsGrammar` the outputs
 * that belong to the grammar are zero, so that adding them to the hidden state changes nothing there.
 */
export function matrix(
  plan: WeightPlan,
  name: string,
  shape: { readonly inputs: number; readonly outputs: number },
  gain: number,
  keepsGrammar = false,
): GgufTensor {
  const amplitude = (gain * AMPLITUDE_OF_UNIT_VARIANCE) / Math.sqrt(shape.inputs);
  const zeroRows = keepsGrammar ? GRAMMAR_WIDTH : 0;
  return {
    name,
    dimensions: [shape.inputs, shape.outputs],
    type: plan.type,
    *values() {
      const random = seededRandom(plan.seed, name);
      const rowsPerChunk = Math.max(1, Math.floor(CHUNK_VALUES / shape.inputs));
      if (zeroRows > 0) yield new Float32Array(shape.inputs * zeroRows);
      for (let row = zeroRows; row < shape.outputs; row += rowsPerChunk) {
        const rows = Math.min(rowsPerChunk, shape.outputs - row);
        const chunk = new Float32Array(rows * shape.inputs);
        random.fill(chunk, amplitude);
        yield chunk;
      }
    },
  };
}

/** One matrix per head, each as `matrix` makes it. */
export function stackedMatrix(
  plan: WeightPlan,
  name: string,
  shape: { readonly inputs: number; readonly outputs: number; readonly count: number },
  gain: number,
): GgufTensor {
  const { inputs, outputs, count } = shape;
  const flat = matrix(plan, name, { inputs, outputs: outputs * count }, gain);
  return { ...flat, dimensions: [inputs, outputs, count] };
}

export function constant(name: string, dimensions: readonly number[], value: number): GgufTensor {
  const count = dimensions.reduce((product, dimension) => product * dimension, 1);
  return { name, dimensions, type: 'F32', values: () => [new Float32Array(count).fill(value)] };
}

/** Weights of a norm: `grammarValue` for the values of the grammar, `value` for all others. */
export function norm(name: string, width: number, value = 1, grammarValue = value): GgufTensor {
  return {
    name,
    dimensions: [width],
    type: 'F32',
    values: () => [new Float32Array(width).fill(value).fill(grammarValue, 0, GRAMMAR_WIDTH)],
  };
}

/** `scale` is what the architecture will divide by: gemma multiplies embeddings by sqrt(width). */
export function embedding(plan: WeightPlan, scale = 1): GgufTensor {
  return vocabularyMatrix(plan, 'token_embd.weight', (row, index, random) => {
    random.fill(row, AMPLITUDE_OF_UNIT_VARIANCE);
    row.set(embeddedRole(plan.vocabulary.tokens[index]?.role ?? 'other'));
    row.forEach((value, column) => {
      row[column] = value * scale;
    });
  });
}

export function outputMatrix(plan: WeightPlan): GgufTensor {
  const randomWidth = plan.width - GRAMMAR_WIDTH;
  const hiddenScale = Math.sqrt((randomWidth * (1 + LAYER_VARIANCE) + GRAMMAR_ENERGY) / plan.width);
  const roleLogits = { ...plan, hiddenScale };
  const known = new Map<string, Float32Array>();
  return vocabularyMatrix(plan, 'output.weight', (row, index, random) => {
    const role = plan.vocabulary.tokens[index]?.role ?? 'other';
    const fixed = known.get(role) ?? outputRole(role, roleLogits);
    known.set(role, fixed);
    const spread = role === 'starter' || role === 'end' ? START_OR_END_SPREAD : LOGIT_SPREAD;
    random.fill(row, (spread * AMPLITUDE_OF_UNIT_VARIANCE) / Math.sqrt(randomWidth));
    row.set(fixed);
  });
}

function vocabularyMatrix(
  plan: WeightPlan,
  name: string,
  fillRow: (row: Float32Array, index: number, random: SeededRandom) => void,
): GgufTensor {
  const rows = plan.vocabulary.tokens.length;
  return {
    name,
    dimensions: [plan.width, rows],
    type: plan.type,
    *values() {
      const random = seededRandom(plan.seed, name);
      const rowsPerChunk = Math.max(1, Math.floor(CHUNK_VALUES / plan.width));
      for (let first = 0; first < rows; first += rowsPerChunk) {
        const count = Math.min(rowsPerChunk, rows - first);
        const chunk = new Float32Array(count * plan.width);
        for (let index = 0; index < count; index++) {
          const row = chunk.subarray(index * plan.width, (index + 1) * plan.width);
          fillRow(row, first + index, random);
        }
        yield chunk;
      }
    },
  };
}
