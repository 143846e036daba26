import { type AttentionCache, attentionLayer, type ModelLayer } from './model-layer.ts';

/** An architecture that can be planned for without a file. */
export interface Preset {
  /** As the command line names it: `preset:opt-30b`. */
  readonly id: string;
  readonly title: string;
  /** llama.cpp's name; `opt`, which it does not run, is there for the textbook example. */
  readonly architecture: string;
  readonly layers: readonly ModelLayer[];
  readonly embeddingLength: number;
  /** Width inside the feed-forward part; 0 where there is none. */
  readonly feedForwardLength: number;
  readonly vocabularySize: number;
  /** Tokens. */
  readonly trainedContextLength: number;
  /** Of the text model, embeddings included. */
  readonly parameterCount: number;
  /** The textbook's cache of this model, where a textbook has one. */
  readonly textbook?: { readonly tokens: number; readonly batch: number };
  /** Where the numbers were read; parameter counts follow from the shapes. */
  readonly source: string;
}

const litgpt = (model: string) =>
  `Lightning-AI/litgpt 2685705, litgpt/config.py, after ${model}'s config.json`;

function layers(count: number, of: (layer: number) => ModelLayer): ModelLayer[] {
  return Array.from({ length: count }, (_, layer) => of(layer));
}

/** Heads of 128 unless told, the same in every layer. */
function plain(count: number, kvHeads: number, headSize = 128): ModelLayer[] {
  return layers(count, () =>
    attentionLayer({ kvHeads, keyLength: headSize, valueLength: headSize }),
  );
}

/** Every `period`-th layer sees everything, the others `window` tokens. */
function sliding(
  count: number,
  heads: Pick<AttentionCache, 'kvHeads'> & { readonly headSize: number },
  window: number,
  period: number,
): ModelLayer[] {
  const { kvHeads, headSize } = heads;
  return layers(count, layer =>
    attentionLayer({
      kvHeads,
      keyLength: headSize,
      valueLength: headSize,
      slidingWindow: layer % period < period - 1 ? window : null,
    }),
  );
}

/** Mamba-1: a convolution over `kernel` inputs and a state of `size` values for each inner channel. */
function mamba(inner: number, kernel: number, size: number): ModelLayer {
  return {
    attention: null,
    recurrent: { shift: (kernel - 1) * inner, state: size * inner },
    sharesCache: false,
  };
}

/** Latent attention as llama.cpp caches it: the latent vector and the rotated key, no V. */
const deepseekLayer = attentionLayer({ kvHeads: 1, keyLength: 512 + 64, valueLength: 0 });

export const presets: readonly Preset[] = [
  {
    id: 'opt-30b',
    title: 'OPT-30B',
    architecture: 'opt',
    layers: plain(48, 56),
    embeddingLength: 7168,
    feedForwardLength: 28_672,
    vocabularySize: 50_272,
    trainedContextLength: 2048,
    // The example of "The KV Cache: Memory Usage in Transformers": 180 GB.
    textbook: { tokens: 1024, batch: 128 },
    parameterCount: 29_974_540_288,
    source: 'FMInference/FlexiGen 1b9e9bd, flexgen/opt_config.py; OPT paper (arXiv 2205.01068)',
  },
  {
    id: 'llama-2-7b',
    title: 'Llama 2 7B',
    architecture: 'llama',
    layers: plain(32, 32),
    embeddingLength: 4096,
    feedForwardLength: 11_008,
    vocabularySize: 32_000,
    trainedContextLength: 4096,
    parameterCount: 6_738_415_616,
    source: litgpt('meta-llama/Llama-2-7b-hf'),
  },
  {
    id: 'llama-3.1-8b',
    title: 'Llama 3.1 8B',
    architecture: 'llama',
    layers: plain(32, 8),
    embeddingLength: 4096,
    feedForwardLength: 14_336,
    vocabularySize: 128_256,
    trainedContextLength: 131_072,
    parameterCount: 8_030_261_248,
    source: litgpt('meta-llama/Meta-Llama-3.1-8B'),
  },
  {
    id: 'llama-3.1-70b',
    title: 'Llama 3.1 70B',
    architecture: 'llama',
    layers: plain(80, 8),
    embeddingLength: 8192,
    feedForwardLength: 28_672,
    vocabularySize: 128_256,
    trainedContextLength: 131_072,
    parameterCount: 70_553_706_496,
    source: litgpt('meta-llama/Meta-Llama-3.1-70B'),
  },
  {
    id: 'qwen3-8b',
    title: 'Qwen3 8B',
    architecture: 'qwen3',
    layers: plain(36, 8),
    embeddingLength: 4096,
    feedForwardLength: 12_288,
    vocabularySize: 151_936,
    trainedContextLength: 40_960,
    parameterCount: 8_190_735_360,
    source: litgpt('Qwen/Qwen3-8B'),
  },
  {
    id: 'qwen3-30b-a3b',
    title: 'Qwen3 30B-A3B',
    architecture: 'qwen3moe',
    layers: plain(48, 4),
    embeddingLength: 2048,
    feedForwardLength: 6144,
    vocabularySize: 151_936,
    trainedContextLength: 40_960,
    parameterCount: 30_532_122_624,
    source: litgpt('Qwen/Qwen3-30B-A3B'),
  },
  {
    id: 'mistral-7b',
    title: 'Mistral 7B v0.3',
    architecture: 'llama',
    layers: plain(32, 8),
    embeddingLength: 4096,
    feedForwardLength: 14_336,
    vocabularySize: 32_768,
    trainedContextLength: 32_768,
    parameterCount: 7_248_023_552,
    source: litgpt('mistralai/Mistral-7B-v0.3'),
  },
  {
    id: 'phi-4',
    title: 'Phi-4',
    architecture: 'phi3',
    layers: plain(40, 10),
    embeddingLength: 5120,
    feedForwardLength: 17_920,
    vocabularySize: 100_352,
    trainedContextLength: 16_384,
    parameterCount: 14_659_507_200,
    source: litgpt('microsoft/phi-4'),
  },
  {
    id: 'gemma-2-9b',
    title: 'Gemma 2 9B',
    architecture: 'gemma2',
    layers: sliding(42, { kvHeads: 8, headSize: 256 }, 4096, 2),
    embeddingLength: 3584,
    feedForwardLength: 14_336,
    vocabularySize: 256_000,
    trainedContextLength: 8192,
    parameterCount: 9_241_705_984,
    source: `${litgpt('google/gemma-2-9b')}; window pattern: llama.cpp src/models/gemma2.cpp`,
  },
  {
    id: 'gemma-3-12b',
    title: 'Gemma 3 12B',
    architecture: 'gemma3',
    layers: sliding(48, { kvHeads: 8, headSize: 256 }, 1024, 6),
    embeddingLength: 3840,
    feedForwardLength: 15_360,
    vocabularySize: 262_144,
    trainedContextLength: 131_072,
    parameterCount: 11_765_788_416,
    source: `${litgpt('google/gemma-3-12b-it')}; window pattern: llama.cpp, loader of gemma3`,
  },
  {
    id: 'gpt-oss-20b',
    title: 'GPT-OSS 20B',
    architecture: 'gpt-oss',
    layers: sliding(24, { kvHeads: 8, headSize: 64 }, 128, 2),
    embeddingLength: 2880,
    feedForwardLength: 2880,
    vocabularySize: 201_088,
    trainedContextLength: 131_072,
    parameterCount: 20_914_757_184,
    source:
      'openai/gpt-oss 0568dfc, gpt_oss/torch/model.py, and a copy of the 20B config.json; window pattern: llama.cpp src/models/openai-moe.cpp',
  },
  {
    id: 'deepseek-v3',
    title: 'DeepSeek-V3',
    architecture: 'deepseek2',
    layers: layers(61, () => deepseekLayer),
    embeddingLength: 7168,
    feedForwardLength: 18_432,
    vocabularySize: 129_280,
    trainedContextLength: 163_840,
    // Without the module that predicts a second token, which no converted file has.
    parameterCount: 671_026_419_200,
    source:
      'huggingface/transformers 001f85b, configuration_deepseek_v3.py (its defaults are V3), deepseek-ai/DeepSeek-V3 0b39205, README_WEIGHTS.md; context length: copies of config.json',
  },
  {
    id: 'jamba-1.5-mini',
    title: 'Jamba 1.5 Mini',
    architecture: 'jamba',
    layers: layers(32, layer =>
      layer % 8 === 4
        ? attentionLayer({ kvHeads: 8, keyLength: 128, valueLength: 128 })
        : mamba(8192, 4, 16),
    ),
    embeddingLength: 4096,
    feedForwardLength: 14_336,
    vocabularySize: 65_536,
    trainedContextLength: 262_144,
    parameterCount: 51_570_323_328,
    source: 'huggingface/transformers 008f5c8, configuration_jamba.py, and a copy of config.json',
  },
  {
    id: 'mamba-2.8b',
    title: 'Mamba 2.8B',
    architecture: 'mamba',
    layers: layers(64, () => mamba(5120, 4, 16)),
    embeddingLength: 2560,
    feedForwardLength: 0,
    vocabularySize: 50_280,
    trainedContextLength: 2048,
    parameterCount: 2_768_345_600,
    source:
      'state-spaces/mamba, mamba_ssm/models/config_mamba.py, and a copy of config.json; context length: training length of the Mamba paper (arXiv 2312.00752)',
  },
];

export function findPreset(id: string): Preset | undefined {
  return presets.find(preset => preset.id === id);
}
