import { z } from 'zod';
import { modelLayerSchema } from './model-layer.ts';

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
  /** Of them, what is read for one token; null where that is not known. */
  activeWeightsBytes: z.int().nonnegative().nullable(),
  parameterCount: z.int().nonnegative(),
  /** What the weights are stored as, by ggml's names; what holds most bytes comes first. */
  tensorTypes: z.array(z.object({ name: z.string(), bytes: z.number().nonnegative() })),
  trainedContextLength: z.int().positive().nullable(),
  layerCount: z.int().nonnegative(),
  embeddingLength: z.int().nonnegative(),
  /** Width inside the feed-forward part, the widest of all layers; 0 where the file names none. */
  feedForwardLength: z.int().nonnegative(),
  vocabularySize: z.int().nonnegative(),
  /** Kind of the tokenizer, as the file names it (`gpt2` for byte-level pairs). */
  tokenizer: z.string().nullable(),
  hasChatTemplate: z.boolean(),
  /** One entry per layer; null where it is not known how the architecture lays out its cache. */
  layers: z.array(modelLayerSchema).nullable(),
});
export type ModelDescription = z.infer<typeof modelDescriptionSchema>;
