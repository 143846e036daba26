import type { RecurrentState } from '#shared/model/model-layer.ts';
import { type Field, flagOf, numberOf, perLayer, runningLayers } from './header-field.ts';

/** Which layers of an architecture are recurrent. */
type RecurrentRule =
  | 'all'
  /** Those without key/value heads. */
  | 'without heads'
  /** As before, and without a feed-forward part: the rest are feed-forward alone. */
  | 'without heads and feed-forward'
  /** All, each beside attention of its own. */
  | 'beside attention'
  /** As the file lists them, else all but every n-th (`full_attention_interval`, 4 unless told). */
  | 'all but every n-th';

/** llama.cpp's `recurrent_layer_arr`, set by the loader of each architecture (src/models/*.cpp). */
const recurrentRules: ReadonlyMap<string, RecurrentRule> = new Map<string, RecurrentRule>([
  ['mamba', 'all'],
  ['mamba2', 'all'],
  ['rwkv6', 'all'],
  ['rwkv6qwen2', 'all'],
  ['rwkv7', 'all'],
  ['arwkv7', 'all'],
  ['jamba', 'without heads'],
  ['granitehybrid', 'without heads'],
  ['plamo2', 'without heads'],
  ['lfm2', 'without heads'],
  ['lfm2moe', 'without heads'],
  ['kimi-linear', 'without heads'],
  ['nemotron_h', 'without heads and feed-forward'],
  ['nemotron_h_moe', 'without heads and feed-forward'],
  ['falcon-h1', 'beside attention'],
  ['qwen3next', 'all but every n-th'],
  ['qwen35', 'all but every n-th'],
  ['qwen35moe', 'all but every n-th'],
]);

/** Architectures whose loader does not read the number of groups. */
const withoutGroups = new Set(['mamba', 'jamba']);

/** Keys of recurrent state: an architecture with one of them needs a rule. */
const recurrentKeys = [
  'ssm.conv_kernel',
  'ssm.state_size',
  'wkv.head_size',
  'kda.head_dim',
  'shortconv.l_cache',
  'token_shift_count',
  'attention.recurrent_layers',
];

export interface RecurrentLayers {
  /** Null where a layer keeps no state. */
  state(layer: number): RecurrentState | null;
  /** Whether a layer attends, as far as its state decides that. */
  attends(layer: number): boolean;
}

/** Null where the file speaks of recurrent state and it is not known which layers keep it. */
export function recurrentLayers(architecture: string, field: Field): RecurrentLayers | null {
  const rule = recurrentRules.get(architecture);
  if (rule === undefined) {
    const isRecurrent = recurrentKeys.some(key => field(key) !== undefined);
    return isRecurrent ? null : { state: () => null, attends: () => true };
  }
  const state = stateSize(architecture, field);
  if (state === null) return null;
  const running = runningLayers(field);
  const isRecurrent = (layer: number) => layer < running && keepsState(rule, layer, field);
  return {
    state: layer => (isRecurrent(layer) ? state : null),
    attends: layer =>
      rule === 'beside attention' ||
      (!isRecurrent(layer) && (rule !== 'all but every n-th' || layer < running)),
  };
}

function keepsState(rule: RecurrentRule, layer: number, field: Field): boolean {
  if (rule === 'all' || rule === 'beside attention') return true;
  if (rule === 'all but every n-th') {
    const listed = field('attention.recurrent_layers');
    const interval = numberOf(field('full_attention_interval')) ?? 4;
    return listed === undefined ? (layer + 1) % interval !== 0 : flagOf(listed, layer);
  }
  const counts = field('attention.head_count_kv') ?? field('attention.head_count');
  if ((perLayer(counts, layer) ?? 0) > 0) return false;
  return rule === 'without heads' || (perLayer(field('feed_forward_length'), layer) ?? 0) === 0;
}

/**
 * llama.cpp's `n_embd_r` and `n_embd_s` (llama-hparams.cpp): for Mamba (arXiv 2312.00752) the inputs
 * of the convolution but the newest, and the state of each inner channel.
 */
function stateSize(architecture: string, field: Field): RecurrentState | null {
  const number = (name: string) => numberOf(field(name)) ?? 0;
  const width = number('embedding_length');
  const wkvHead = number('wkv.head_size');
  if (wkvHead > 0) {
    const shifted = numberOf(field('token_shift_count')) ?? 2;
    return { shift: shifted * width, state: width * wkvHead };
  }
  const shortConvolution = number('shortconv.l_cache');
  if (shortConvolution > 0) return { shift: width * (shortConvolution - 1), state: 0 };
  const kernel = number('ssm.conv_kernel');
  const deltaHead = number('kda.head_dim');
  if (deltaHead > 0) {
    const heads = perLayer(field('attention.head_count'), 0) ?? 0;
    const inputs = kernel > 0 ? kernel - 1 : 3;
    return { shift: 3 * inputs * heads * deltaHead, state: deltaHead ** 2 * heads };
  }
  const inner = number('ssm.inner_size');
  const size = number('ssm.state_size');
  if (inner === 0 || size === 0) return null;
  const groups = withoutGroups.has(architecture) ? 0 : number('ssm.group_count');
  return { shift: Math.max(0, kernel - 1) * (inner + 2 * groups * size), state: size * inner };
}
