import { z } from 'zod';

/** One attention layer as the cache sees it. */
export const attentionLayerSchema = z.object({
  /** Key/value heads: fewer than attention heads under grouped-query attention. */
  kvHeads: z.int().positive(),
  /** Elements of one head's key. */
  keyLength: z.int().positive(),
  /** Elements of one head's value. */
  valueLength: z.int().positive(),
  /** Tokens a sliding-window layer looks back on; null where it sees the whole context. */
  slidingWindow: z.int().positive().nullable(),
});
export type AttentionLayer = z.infer<typeof attentionLayerSchema>;

/** What a GGUF's header says, read without loading it. */
export const modelDescriptionSchema = z.object({
  path: z.string(),
  fileName: z.string(),
  /** `general.name`, or the file's name without extension. */
  name: z.string(),
  author: z.string().nullable(),
  architecture: z.string(),
  fileBytes: z.int().nonnegative(),
  /** Sum of the tensors' bytes. */
  weightsBytes: z.int().nonnegative(),
  parameterCount: z.int().nonnegative(),
  /** The type that holds most of the weights' bytes, as ggml names it. */
  quantization: z.string().nullable(),
  trainedContextLength: z.int().positive().nullable(),
  layerCount: z.int().nonnegative(),
  embeddingLength: z.int().nonnegative(),
  vocabularySize: z.int().nonnegative(),
  hasChatTemplate: z.boolean(),
  /** One entry per layer that owns a K and a V; null where the architecture is not understood. */
  attentionLayers: z.array(attentionLayerSchema).nullable(),
});
export type ModelDescription = z.infer<typeof modelDescriptionSchema>;
