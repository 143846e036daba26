// npm run bench:fit: how long the Fit page waits for its table, and how far the formula for presets is from
// llama.cpp's simulation, for files with the shapes of real models and no weights in them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ModelFit } from '#engine/fit/model-fit.ts';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { Backends, type OpenBackend } from '#engine/loading/backend.ts';
import { nothingReleased } from '#engine/memory/free-memory.ts';
import { simulateModel } from '#engine/memory/memory-simulation.ts';
import { fileMemory } from '#engine/memory/model-memory.ts';
import { computeBufferFormula } from '#shared/fit/compute-buffer.ts';
import { fitQuestionSchema } from '#shared/fit/fit.ts';
import { formatError } from '#shared/metrics/cache-forecast.ts';
import { formatDuration, formatTokens } from '#shared/metrics/format.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';
import { findPreset, type Preset } from '#shared/model/presets.ts';
import { writeHollowModel } from '#tools/models/hollow-model.ts';
import { presetRecipe } from '#tools/models/preset-recipe.ts';

const presetIds = ['llama-2-7b', 'llama-3.1-8b', 'llama-3.1-70b'];
const contexts = [4096, 32_768, 131_072];
const gibibyte = 1024 ** 3;

const fit = new ModelFit();
const directory = await mkdtemp(path.join(tmpdir(), 'headroom-fit-'));
try {
  const backend = await new Backends().open('cpu');
  for (const id of presetIds) {
    const preset = findPreset(id);
    if (preset === undefined) throw new Error(`There is no preset ${id}.`);
    const file = path.join(directory, `${id}.gguf`);
    await writeHollowModel(file, presetRecipe(preset), preset.vocabularySize);
    console.log(preset.title);
    await measureTable(file, preset, backend);
    await compareFormula(file, backend);
  }
} finally {
  await rm(directory, { recursive: true });
}
process.exit(0);

/** A budget with room for about 100,000 tokens in f16; asked twice, as when a slider moves. */
async function measureTable(file: string, preset: Preset, backend: OpenBackend): Promise<void> {
  const budgetBytes = 2 * preset.parameterCount + 24 * gibibyte;
  for (const [name, more] of [
    ['first', 0],
    ['again, with another budget', gibibyte],
  ] as const) {
    const question = fitQuestionSchema.parse({
      model: { kind: 'file', path: file },
      backend: 'cpu',
      flashAttention: 'on',
      budgetBytes: budgetBytes + more,
    });
    const startedAt = performance.now();
    let rows = 0;
    let plainRowsMs = 0;
    await fit.table(question, backend, nothingReleased, {
      signal: new AbortController().signal,
      async emit() {
        rows++;
        if (rows === 9) plainRowsMs = performance.now() - startedAt;
      },
    });
    const wholeMs = performance.now() - startedAt;
    console.log(
      `  table ${name}: K and V alike after ${formatDuration(plainRowsMs)}, all ${rows} pairs after ${formatDuration(wholeMs)}`,
    );
  }
}

async function compareFormula(file: string, backend: OpenBackend): Promise<void> {
  const description = describeModel(await readGgufFile(file));
  const { layers } = description;
  if (layers === null) throw new Error('The layers are not known.');
  const options = loadOptionsSchema.parse({ backend: 'cpu', flashAttention: 'on' });
  const simulation = await simulateModel(backend, file, options, 4096);
  const memory = fileMemory({ ...description, layers }, simulation, options);
  for (const contextLength of contexts) {
    const setup = {
      typeK: 'f16',
      typeV: 'f16',
      flashAttention: true,
      contextLength,
      batchSize: options.batchSize,
      sequences: 1,
      swaFull: false,
    } as const;
    const { compute, total } = await memory.bytes(setup);
    const formula = computeBufferFormula(description, setup);
    console.log(
      `  formula at ${formatTokens(contextLength)} tokens: compute ${formatError(formula / compute - 1)}, total ${formatError((formula - compute) / total)}`,
    );
  }
}
