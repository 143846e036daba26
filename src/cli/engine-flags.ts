import { Option } from 'commander';
import { cacheTypes } from '#shared/kv-cache/cache-type.ts';
import { backends, loadOptionsSchema } from '#shared/model/load.ts';
import { optionValue } from './option-parsers.ts';

const load = loadOptionsSchema.shape;

/** How a model is loaded, for all commands that let it be chosen: named and read in the same way. */
export const engineFlags = {
  backend: () => new Option('--backend <name>', 'what computes').choices(backends),
  gpuLayers: () =>
    new Option('--gpu-layers <count>', 'layers kept on the GPU, or "auto"').argParser(
      optionValue(load.gpuLayers, 'a number from 0 to 10000, or "auto"'),
    ),
  contextLength: () =>
    new Option('--context <tokens>', 'context length, or "auto"').argParser(
      optionValue(load.contextLength, 'a number of tokens above 0, or "auto"'),
    ),
  typeK: () => new Option('--type-k <type>', 'element type of the cached keys').choices(cacheTypes),
  typeV: () =>
    new Option('--type-v <type>', 'element type of the cached values').choices(cacheTypes),
  flashAttention: () =>
    new Option('--flash-attention <mode>', 'flash attention').choices(['on', 'off', 'auto']),
  threads: (what = 'threads that compute, or "auto"') =>
    new Option('--threads <count>', what).argParser(
      optionValue(load.threads, 'a number from 1 to 1024, or "auto"'),
    ),
  batchSize: () =>
    new Option('--batch <tokens>', 'tokens evaluated at once while reading the prompt').argParser(
      optionValue(load.batchSize, 'a number from 32 to 8192'),
    ),
} as const;
