/** What a figure is called, what it is counted in, and how it is measured: the text of its tooltip. */
export interface MetricDefinition {
  readonly name: string;
  /** For tight places; equal to the name where the name is short. */
  readonly shortName: string;
  /** Null for ratios. */
  readonly unit: string | null;
  readonly description: string;
}

/** One definition per figure; the page, the command line and the exports all name them like this. */
export const metricDefinitions = {
  ttft: {
    name: 'Time to first token',
    shortName: 'TTFT',
    unit: 'ms',
    description:
      'From the engine receiving the request to the first generated token being sampled, reasoning tokens included. Measured on the engine’s own clock.',
  },
  forecast: {
    name: 'Forecast of the time to first token',
    shortName: 'Forecast',
    unit: 'ms',
    description:
      'Said when the turn began, from what this model’s earlier turns took: for each turn, each token read, and each token looked back on. Waiting for other turns is left out.',
  },
  ttftQueue: {
    name: 'Waiting for the model',
    shortName: 'Queue',
    unit: 'ms',
    description: 'Part of the time to first token: waiting until the model was free.',
  },
  ttftTemplate: {
    name: 'Template and tokenizing',
    shortName: 'Template',
    unit: 'ms',
    description:
      'Part of the time to first token: rendering the chat template and cutting the text into tokens.',
  },
  ttftRestore: {
    name: 'Aligning the cache',
    shortName: 'Restore',
    unit: 'ms',
    description:
      'Part of the time to first token: finding how much of the cache still fits the prompt and dropping the rest.',
  },
  ttftPrefill: {
    name: 'Prefill',
    shortName: 'Prefill',
    unit: 'ms',
    description:
      'Part of the time to first token: computing K and V of the prompt tokens that were not in the cache.',
  },
  ttftFirstDecode: {
    name: 'First token',
    shortName: 'First token',
    unit: 'ms',
    description: 'Part of the time to first token: sampling the first generated token.',
  },
  reusedTokens: {
    name: 'Reused tokens',
    shortName: 'Reused',
    unit: 'tokens',
    description: 'Prompt tokens whose K and V were already in the cache and were kept.',
  },
  prefilledTokens: {
    name: 'New tokens',
    shortName: 'New',
    unit: 'tokens',
    description: 'Prompt tokens that had to be evaluated in this turn.',
  },
  prefillSpeed: {
    name: 'Prefill speed',
    shortName: 'Prefill',
    unit: 'tokens/s',
    description:
      'New prompt tokens divided by the time it took to evaluate them. Reused tokens never count.',
  },
  depth: {
    name: 'Depth',
    shortName: 'Depth',
    unit: 'tokens',
    description:
      'How many tokens are in the cache when a speed is measured. The time to get there is no part of the speed.',
  },
  decodeSpeed: {
    name: 'Decode speed',
    shortName: 'Decode',
    unit: 'tokens/s',
    description:
      'Generated tokens per second between the first and the last one, sampling included. The first token belongs to the time to first token. Needs at least two tokens.',
  },
  liveSpeed: {
    name: 'Live speed',
    shortName: 'Live',
    unit: 'tokens/s',
    description:
      'Decode speed over the last second. A display aid; results use the speed of the whole answer.',
  },
  quietTime: {
    name: 'Time without progress',
    shortName: 'No progress for',
    unit: 's',
    description:
      'Since the engine last read a part of the prompt or generated a token, reasoning included. Told when it is long against what this turn has shown before.',
  },
  generatedTokens: {
    name: 'Answer tokens',
    shortName: 'Answer',
    unit: 'tokens',
    description: 'Tokens that the model generated in this turn, reasoning tokens included.',
  },
  openingProbability: {
    name: 'Opening probability',
    shortName: 'Opening',
    unit: '%',
    description:
      'Probability that the model gave to the first eight tokens of its answer, all of them together, after temperature and filters. Measured for the built-in model, which recites: where it knows an answer this is close to 100 %.',
  },
  cacheCapacity: {
    name: 'Cache capacity',
    shortName: 'Reserved',
    unit: 'tokens',
    description:
      'What llama.cpp reserved for this sequence: cells as it padded them, bytes as it reports them.',
  },
  cacheUsed: {
    name: 'Cache used',
    shortName: 'Used',
    unit: 'tokens',
    description:
      'Cells that hold a token times the bytes per cell, summed over the layers. Sliding-window layers stop growing at their window.',
  },
  cacheFree: {
    name: 'Cache free',
    shortName: 'Free',
    unit: 'tokens',
    description: 'Reserved minus used: what is left for the coming messages and answers.',
  },
  fill: {
    name: 'Fill',
    shortName: 'Fill',
    unit: null,
    description: 'Used divided by reserved, in tokens.',
  },
  typicalTurn: {
    name: 'Typical turn',
    shortName: 'Typical turn',
    unit: 'tokens',
    description:
      'Median growth of the used cache from one turn of this conversation to the next. Needs two turns.',
  },
  turnsLeft: {
    name: 'Turns left',
    shortName: 'Turns left',
    unit: 'turns',
    description:
      'A forecast: the free tokens divided by what a typical turn of this conversation adds.',
  },
  bytesPerToken: {
    name: 'Bytes per token',
    shortName: 'Per token',
    unit: 'bytes',
    description:
      'Sum over the attention layers: key/value heads times the bytes of one key and one value in their types.',
  },
  weights: {
    name: 'Weights',
    shortName: 'Weights',
    unit: 'bytes',
    description: 'The model’s parameters in memory, as llama.cpp’s allocation report gives them.',
  },
  compute: {
    name: 'Compute buffers',
    shortName: 'Compute',
    unit: 'bytes',
    description: 'Scratch memory that llama.cpp reserves to evaluate one batch.',
  },
  engineMemory: {
    name: 'Engine memory',
    shortName: 'Engine',
    unit: 'bytes',
    description:
      'Memory of this machine that the engine’s process occupies (its resident set), measured once a second while this chart is shown. Weights that are mapped from the file are part of it as far as they have been read; what lies in a GPU’s own memory is not.',
  },
  hostMemory: {
    name: 'Host memory',
    shortName: 'Host',
    unit: 'bytes',
    description:
      'Memory of this machine that the host’s process occupies (its resident set): conversations, settings and the connection to this page. In the desktop app that is Electron’s main process. The page itself is not counted.',
  },
  vram: {
    name: 'GPU memory in use',
    shortName: 'VRAM',
    unit: 'bytes',
    description:
      'Of all GPUs of the model’s backend together, taken by whichever program, as node-llama-cpp reads it from the driver. The library gives no figure per device. Not measured while the model runs on the processor alone.',
  },
  estimateError: {
    name: 'Estimate error',
    shortName: 'Error',
    unit: '%',
    description:
      'Estimated minus actual, divided by actual, where actual is llama.cpp’s own allocation report.',
  },
  perplexity: {
    name: 'Perplexity',
    shortName: 'Perplexity',
    unit: null,
    description:
      'exp of the mean of -ln p(next token) over all positions of a text that the model reads as it is given. It looks at one token a position: a cache can change much that it does not see.',
  },
  klDivergence: {
    name: 'Divergence from the f16 cache',
    shortName: 'KL',
    unit: 'nats/token',
    description:
      'Kullback-Leibler divergence of what this cache makes the model expect from what f16 makes it expect, over the whole vocabulary, at each position of the same text. Mean, 95th and 99th percentile, and the largest one. f16 against itself is the noise floor.',
  },
  top1Agreement: {
    name: 'Same first token',
    shortName: 'Same token',
    unit: '%',
    description: 'Positions at which the same token is the most likely one as with the f16 cache.',
  },
} as const satisfies Record<string, MetricDefinition>;
