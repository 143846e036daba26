import type { AttentionCache, ModelLayer } from '#shared/model/model-layer.ts';
import type { GgufValue } from './gguf-header.ts';
import { type Field, fieldsOf, numberOf, perLayer, runningLayers } from './header-field.ts';
import { recurrentLayers } from './recurrent-state.ts';
import { slidingWindows } from './sliding-windows.ts';

/** A model with more layers than this is damaged (llama.cpp's `LLAMA_MAX_LAYERS` is 512). */
const maxLayers = 512;

/**
 * What each layer keeps, read as llama.cpp reads it (llama-model.cpp and src/models/*.cpp,
 * `load_hparams`).
 *
 * @returns null where it is not known how the architecture lays out its cache: no figure is better
 * than a wrong one
 */
export function readModelLayers(
  architecture: string,
  metadata: ReadonlyMap<string, GgufValue>,
): ModelLayer[] | null {
  const field = fieldsOf(architecture, metadata);
  const layerCount = withoutPredictingLayers.has(architecture)
    ? runningLayers(field)
    : (numberOf(field('block_count')) ?? 0);
  const recurrent = recurrentLayers(architecture, field);
  if (layerCount < 1 || layerCount > maxLayers || recurrent === null) return null;
  if (unknownKeys.some(key => field(key) !== undefined)) return null;
  const attention = attentionCaches(architecture, field);
  const owners = layersWithCache(architecture, layerCount, field);
  const layers: ModelLayer[] = [];
  for (let layer = 0; layer < layerCount; layer++) {
    const state = recurrent.state(layer);
    if (!recurrent.attends(layer)) {
      layers.push({ attention: null, recurrent: state, sharesCache: false });
      continue;
    }
    const cache = attention?.(layer) ?? null;
    if (cache === null) return null;
    const sharesCache = layer >= owners;
    layers.push({ attention: sharesCache ? null : cache, recurrent: state, sharesCache });
  }
  return layers;
}

/** Whose layers that only predict a second token get no cache; those of all others do. */
const withoutPredictingLayers = new Set(['step35', 'mimo2']);

/** Keys of caches that have yet another form. */
const unknownKeys = ['attention.indexer.head_count', 'attention.indexer.key_length', 'num_loops'];

type CacheOfLayer = (layer: number) => AttentionCache | null;

/** Null where the file does not say how its attention is built. */
function attentionCaches(architecture: string, field: Field): CacheOfLayer | null {
  const embedding = numberOf(field('embedding_length'));
  const headCounts = field('attention.head_count');
  const window = slidingWindows(architecture, field);
  if (embedding === null || headCounts === undefined || window === null) return null;
  const latent = isLatent(field);
  const length = (layer: number, which: 'key' | 'value', slides: boolean) => {
    const heads = perLayer(headCounts, layer) ?? 0;
    const own = slides ? numberOf(field(`attention.${which}_length_swa`)) : null;
    return (
      own ??
      numberOf(field(`attention.${which}_length`)) ??
      (heads > 0 ? Math.floor(embedding / heads) : 0)
    );
  };
  return layer => {
    const kvHeads = perLayer(field('attention.head_count_kv') ?? headCounts, layer);
    if (kvHeads === null) return null;
    const slidingWindow = window(layer);
    const keyLength = length(layer, 'key', slidingWindow !== null);
    const valueLength = length(layer, 'value', slidingWindow !== null);
    // A layer without key/value heads does no attention (some pruned models), but has its place.
    if (kvHeads > 0 && (keyLength < 1 || valueLength < 1)) return null;
    return { kvHeads, keyLength, valueLength: latent ? 0 : valueLength, slidingWindow };
  };
}

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): one latent vector and one rotated key
 * per token instead of heads, and values are read out of it. Files without the lengths of the
 * decompressed heads are cached as heads like any others, whatever their rank.
 */
function isLatent(field: Field): boolean {
  return ['key', 'value'].every(
    which => (numberOf(field(`attention.${which}_length_mla`)) ?? 0) > 0,
  );
}

/** The last layers of some architectures read the cache of an earlier one and own none. */
function layersWithCache(architecture: string, layerCount: number, field: Field): number {
  const shared = numberOf(field('attention.shared_kv_layers')) ?? 0;
  // gemma3n's loader keeps 20 layers whatever the file says (`n_layer_kv_from_start`).
  if (architecture === 'gemma3n') return Math.min(20, layerCount);
  return layerCount - shared;
}
