import { Option } from 'commander';
import { backends, loadOptionsSchema } from '#shared/model/load.ts';
import { optionValue } from './option-parsers.ts';

/** What `chat` and `fit` both let choose of the engine. */
export const engineFlags = {
  backend: () => new Option('--backend <name>', 'what computes').choices(backends),
  gpuLayers: () =>
    new Option('--gpu-layers <count>', 'layers kept on the GPU, or "auto"').argParser(
      optionValue(loadOptionsSchema.shape.gpuLayers, 'a number from 0 to 10000, or "auto"'),
    ),
} as const;
