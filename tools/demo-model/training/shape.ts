import type { ModelShape } from '../../gguf/model-metadata.ts';

/** Head size 64, because every cache type fits it; 4 query heads share 2 KV heads. */
export const SHAPE: ModelShape = {
  layers: 4,
  width: 256,
  heads: 4,
  kvHeads: 2,
  headSize: 64,
  feedForward: 640,
  contextLength: 4096,
};
