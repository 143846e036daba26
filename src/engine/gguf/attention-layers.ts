import type { AttentionLayer } from '#shared/model/model-description.ts';
import type { GgufValue } from './gguf-header.ts';

/**
 * How a model's keys and values are laid out, read as llama.cpp reads them (llama-model.cpp and
 * src/models/*.cpp, `load_hparams`; llama-hparams.cpp `set_swa_pattern`).
 *
 * @returns null where the cache is not one of plain keys and values per layer (recurrent state,
 * multi-head latent attention) or where it is not known which layers slide: no figure is better
 * than a wrong one
 */
export function readAttentionLayers(
  architecture: string,
  metadata: ReadonlyMap<string, GgufValue>,
): AttentionLayer[] | null {
  const field = (name: string) => metadata.get(`${architecture}.${name}`);
  for (const key of metadata.keys()) {
    if (foreignStatePattern.test(key)) return null;
  }
  const layerCount = numberOf(field('block_count'));
  const embedding = numberOf(field('embedding_length'));
  const headCounts = field('attention.head_count');
  if (layerCount === null || embedding === null || headCounts === undefined) return null;
  const heads = (layer: number) => perLayer(headCounts, layer) ?? 0;
  const fallbackLength = heads(0) > 0 ? Math.floor(embedding / heads(0)) : 0;
  const keyLength = numberOf(field('attention.key_length')) ?? fallbackLength;
  const valueLength = numberOf(field('attention.value_length')) ?? fallbackLength;
  if (field('attention.key_length_swa') !== undefined) return null;
  const window = slidingWindows(architecture, field);
  if (window === null || keyLength < 1 || valueLength < 1) return null;
  const owners = layersWithCache(architecture, layerCount, field);
  const layers: AttentionLayer[] = [];
  for (let layer = 0; layer < owners; layer++) {
    const kvHeads = perLayer(field('attention.head_count_kv') ?? headCounts, layer);
    if (kvHeads === null) return null;
    // A layer without key/value heads does no attention (some pruned models).
    if (kvHeads === 0) continue;
    layers.push({ kvHeads, keyLength, valueLength, slidingWindow: window(layer) });
  }
  return layers.length === 0 ? null : layers;
}

/** Keys of recurrent state and of latent attention, whose caches have another form. */
const foreignStatePattern =
  /\.(ssm|wkv|kda|shortconv|token_shift_count|attention\.(kv_lora_rank|key_length_mla|value_length_mla|indexer))\b/;

type Field = (name: string) => GgufValue | undefined;

interface SlidingRule {
  /** Every n-th layer sees everything; null: the file says which. */
  readonly period: number | null;
  /** The seeing layer is the first of its group instead of the last. */
  readonly denseFirst?: true;
  /** The window where the file does not name it or llama.cpp ignores what it says. */
  readonly window?: number;
}

/** What llama.cpp's loader of each architecture passes to `set_swa_pattern`. */
const slidingRules: ReadonlyMap<string, SlidingRule> = new Map<string, SlidingRule>([
  ['gemma2', { period: 2, window: 4096 }],
  ['gemma3', { period: 6 }],
  ['gemma3n', { period: 5 }],
  ['cohere2', { period: 4 }],
  ['olmo2', { period: 4 }],
  ['gpt-oss', { period: 2 }],
  ['afmoe', { period: 4 }],
  ['smallthinker', { period: 4, denseFirst: true, window: 4096 }],
  ['llama4', { period: 4, window: 8192 }],
]);

/** Architectures whose loader does not read the window at all: all their layers see everything. */
const windowIgnored = new Set([
  'llama',
  'mistral3',
  'qwen2',
  'qwen2moe',
  'qwen3',
  'qwen3moe',
  'phi3',
  'phimoe',
  'starcoder2',
]);

/** Window of each layer; null where the pattern is not known. */
function slidingWindows(
  architecture: string,
  field: Field,
): ((layer: number) => number | null) | null {
  const declared = numberOf(field('attention.sliding_window')) ?? 0;
  const rule = slidingRules.get(architecture);
  if (rule === undefined) {
    return declared === 0 || windowIgnored.has(architecture) ? () => null : null;
  }
  const fileSaysNone =
    declared === 0 && (rule.window === undefined || field('attention.sliding_window') === 0);
  if (fileSaysNone) return () => null;
  const window = architecture === 'llama4' ? 8192 : declared || rule.window;
  if (window === undefined) return () => null;
  const pattern = field('attention.sliding_window_pattern');
  if (Array.isArray(pattern)) {
    return layer => (Number(pattern[layer] ?? 0) !== 0 ? window : null);
  }
  const period = numberOf(pattern) ?? rule.period;
  if (period === null) return null;
  return layer => (slides(layer, period, rule.denseFirst === true) ? window : null);
}

function slides(layer: number, period: number, denseFirst: boolean): boolean {
  if (period === 0) return true;
  return denseFirst ? layer % period !== 0 : layer % period < period - 1;
}

/** The last layers of some architectures read the cache of an earlier one and own none. */
function layersWithCache(architecture: string, layerCount: number, field: Field): number {
  const shared = numberOf(field('attention.shared_kv_layers')) ?? 0;
  // gemma3n's loader keeps 20 layers whatever the file says (`n_layer_kv_from_start`).
  if (architecture === 'gemma3n') return Math.min(20, layerCount);
  return layerCount - shared;
}

function numberOf(value: GgufValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

/** A field that is either one number for all layers or a list with one for each. */
function perLayer(value: GgufValue, layer: number): number | null {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value)) return null;
  const entry: unknown = value[layer];
  return typeof entry === 'number' ? entry : null;
}
