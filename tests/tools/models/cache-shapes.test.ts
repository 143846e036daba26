import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureModel } from '#tools/models/catalog.ts';
import type { WellFormedName } from '#tools/models/recipes.ts';
import { type LoggedLlama, loadLlama } from './loaded-llama.ts';

let logged: LoggedLlama;
beforeAll(async () => {
  logged = await loadLlama();
}, 30_000);
afterAll(() => logged[Symbol.asyncDispose]());

async function loadModel(name: WellFormedName): Promise<LlamaModel> {
  return logged.llama.loadModel({ modelPath: await ensureModel(name) });
}

/** One line of llama.cpp's report; sizes as printed, in mebibytes with two decimals. */
interface Allocation {
  readonly cells: number;
  readonly layers: number;
  readonly sizes: readonly [first: string, second: string];
}

const KEYS_AND_VALUES =
  /llama_kv_cache: size = .*\( *(\d+) cells, *(\d+) layers.* K .*: +(\S+) MiB, V .*: +(\S+) MiB/;
const STATES =
  /llama_memory_recurrent: size = .*\( *(\d+) cells, *(\d+) layers.* R .*: +(\S+) MiB, S .*: +(\S+) MiB, P/;

function allocations(pattern: RegExp): Allocation[] {
  return logged.log.flatMap(line => {
    const found = pattern.exec(line);
    if (found === null) return [];
    const [, cells, layers, first = '', second = ''] = found;
    return [{ cells: Number(cells), layers: Number(layers), sizes: [first, second] }];
  });
}

async function expectAllocations(
  model: LlamaModel,
  options: { readonly flashAttention: boolean; readonly sequences: number },
  expected: { readonly keysAndValues: Allocation[]; readonly states: Allocation[] },
): Promise<void> {
  logged.log.length = 0;
  await using context = await model.createContext({ contextSize: 1024, threads: 1, ...options });
  expect(context.totalSequences).toBe(options.sequences);
  await vi.waitFor(() => {
    expect(allocations(KEYS_AND_VALUES)).toEqual(expected.keysAndValues);
    expect(allocations(STATES)).toEqual(expected.states);
  });
}

/**
 * What llama.cpp allocates for one sequence of 1024 tokens in F16, with flash attention. Each shape is
 * such that a loader, or our own reading of the file, that takes one figure for another shows.
 */
const SHAPES: readonly {
  readonly name: WellFormedName;
  readonly mistake: string;
  readonly keysAndValues: Allocation[];
  readonly states: Allocation[];
}[] = [
  {
    name: 'multi-head',
    mistake: 'two key/value heads for four',
    keysAndValues: [{ cells: 1024, layers: 4, sizes: ['2.00', '2.00'] }],
    states: [],
  },
  {
    name: 'layered-heads',
    mistake: 'the heads of one layer for all, or none of the two empty layers in the count',
    keysAndValues: [{ cells: 1024, layers: 5, sizes: ['0.88', '0.88'] }],
    states: [],
  },
  {
    name: 'latent',
    mistake: 'values beside the latent vector, or its size times the heads',
    keysAndValues: [{ cells: 1024, layers: 4, sizes: ['1.25', '0.00'] }],
    states: [],
  },
  {
    name: 'recurrent',
    mistake: 'a state that grows with the context, or any keys and values',
    keysAndValues: [],
    states: [{ cells: 1, layers: 4, sizes: ['0.02', '0.12'] }],
  },
  {
    name: 'hybrid',
    mistake: 'keys and values in the three layers with a state, or a state in the other two',
    keysAndValues: [{ cells: 1024, layers: 2, sizes: ['0.38', '0.38'] }],
    // The report counts all layers here; the bytes are those of three.
    states: [{ cells: 1, layers: 5, sizes: ['0.02', '0.09'] }],
  },
  {
    name: 'shared-layers',
    mistake: 'a cache for the layers that share one, or heads of the other kind of layer',
    keysAndValues: [
      { cells: 1024, layers: 1, sizes: ['0.25', '0.25'] },
      { cells: 768, layers: 3, sizes: ['0.56', '0.56'] },
    ],
    states: [],
  },
  {
    name: 'second-window',
    mistake: 'the pattern of gemma3, in which all five layers would slide',
    keysAndValues: [
      { cells: 1024, layers: 1, sizes: ['0.25', '0.25'] },
      { cells: 768, layers: 4, sizes: ['0.75', '0.75'] },
    ],
    states: [],
  },
];

describe('the cache that a model is made for', () => {
  test.each(SHAPES)('$name: the report would show $mistake', async ({ name, ...expected }) => {
    await using model = await loadModel(name);
    await expectAllocations(model, { flashAttention: true, sequences: 1 }, expected);
  });

  test('a second sequence doubles states and keys alike, in one line each', async () => {
    await using model = await loadModel('hybrid');
    await expectAllocations(
      model,
      { flashAttention: true, sequences: 2 },
      {
        keysAndValues: [{ cells: 1024, layers: 2, sizes: ['0.75', '0.75'] }],
        states: [{ cells: 2, layers: 5, sizes: ['0.04', '0.19'] }],
      },
    );
  });

  test('without flash attention every layer has the values of the widest, the empty ones too', async () => {
    await using model = await loadModel('layered-heads');
    await expectAllocations(
      model,
      { flashAttention: false, sequences: 1 },
      {
        keysAndValues: [{ cells: 1024, layers: 5, sizes: ['0.88', '2.50'] }],
        states: [],
      },
    );
  });
});

describe('the metadata that a cache follows from', () => {
  test.each([
    ['layered-heads', 'attention.head_count_kv', [4, 2, 0, 0, 1]],
    ['hybrid', 'attention.head_count_kv', [0, 2, 0, 1, 0]],
    ['shared-layers', 'attention.sliding_window_pattern', [true, true, true, false, true, false]],
  ] as const)('%s has a list in %s, not the number of its first layer', async (name, key, list) => {
    await using model = await loadModel(name);
    const [section = '', field = ''] = key.split('.');
    expect(model.fileInfo.architectureMetadata).toHaveProperty([section, field], list);
  });

  test('latent tells the cached vector apart from the heads that are made of it', async () => {
    await using model = await loadModel('latent');
    expect(model.fileInfo.architectureMetadata.attention).toMatchObject({
      key_length: 160,
      key_length_mla: 96,
      value_length: 128,
      value_length_mla: 48,
      kv_lora_rank: 128,
      head_count_kv: 1,
    });
  });

  test('recurrent claims no attention heads, so no cache can be computed from them', async () => {
    await using model = await loadModel('recurrent');
    const { attention } = model.fileInfo.architectureMetadata;
    expect(attention?.head_count).toBe(0);
    expect(attention).not.toHaveProperty('key_length');
  });
});

describe('cache types of the latent vector', () => {
  test('Q8_0 fits it when values have the same type, and nothing else does', async () => {
    await using model = await loadModel('latent');
    const options = {
      contextSize: 512,
      threads: 1,
      flashAttention: true,
      experimentalKvCacheKeyType: 'Q8_0',
    } as const;
    await using context = await model.createContext({
      ...options,
      experimentalKvCacheValueType: 'Q8_0',
    });
    expect(context.contextSize).toBe(512);
    await expect(
      model.createContext({ ...options, experimentalKvCacheValueType: 'F16' }),
    ).rejects.toThrow('Failed to create context');
  });
});
