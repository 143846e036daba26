import { z } from 'zod';

/** What attention keeps of every token in one layer. */
export const attentionCacheSchema = z.object({
  /**
   * Key/value heads: fewer than attention heads under grouped-query attention, 1 under latent
   * attention, 0 where a pruned layer does not attend.
   */
  kvHeads: z.int().nonnegative(),
  /** Elements of one head's key. */
  keyLength: z.int().nonnegative(),
  /** Elements of one head's value; 0 under latent attention, which reads values out of the keys. */
  valueLength: z.int().nonnegative(),
  /** Tokens a sliding-window layer looks back on; null where it sees the whole context. */
  slidingWindow: z.int().positive().nullable(),
});
export type AttentionCache = z.infer<typeof attentionCacheSchema>;

/** What a recurrent layer keeps of a whole sequence, however long it is. Elements, always in f32. */
export const recurrentStateSchema = z.object({
  /** Of the last tokens, for the convolution or the token shift (llama.cpp's R). */
  shift: z.int().nonnegative(),
  /** The state itself (llama.cpp's S). */
  state: z.int().nonnegative(),
});
export type RecurrentState = z.infer<typeof recurrentStateSchema>;

/** One layer as the cache sees it. Some have both kinds of memory, some none. */
export const modelLayerSchema = z.object({
  attention: attentionCacheSchema.nullable(),
  recurrent: recurrentStateSchema.nullable(),
  /** Attends to the keys and values of an earlier layer and keeps none. */
  sharesCache: z.boolean(),
});
export type ModelLayer = z.infer<typeof modelLayerSchema>;

export const layerKinds = [
  'full',
  'sliding window',
  'latent',
  'recurrent',
  'attention and recurrent',
  'shared',
  'none',
] as const;
export type LayerKind = (typeof layerKinds)[number];

/** What a reader calls the layer. */
export function layerKind({ attention, recurrent, sharesCache }: ModelLayer): LayerKind {
  if (attention !== null && recurrent !== null) return 'attention and recurrent';
  if (recurrent !== null) return 'recurrent';
  if (sharesCache) return 'shared';
  if (attention === null || attention.kvHeads === 0) return 'none';
  if (attention.valueLength === 0) return 'latent';
  return attention.slidingWindow === null ? 'full' : 'sliding window';
}

/** A layer that only attends, over the whole context unless a window is given. */
export function attentionLayer(
  attention: Omit<AttentionCache, 'slidingWindow'> & { readonly slidingWindow?: number | null },
): ModelLayer {
  return {
    attention: { slidingWindow: null, ...attention },
    recurrent: null,
    sharesCache: false,
  };
}
