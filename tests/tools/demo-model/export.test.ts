import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { teacherForced } from '#engine/measure/teacher-forcing.ts';
import { demoModel } from '#tools/demo-model/export/demo-model.ts';
import {
  readExportedValues,
  readExportedVocabulary,
} from '#tools/demo-model/export/exported-file.ts';
import { REFERENCE_POSITIONS, readReference } from '#tools/demo-model/export/reference.ts';
import { MODEL_PATH, REFERENCE_PATH } from '#tools/demo-model/resource.ts';
import { writeGguf } from '#tools/gguf/gguf-writer.ts';
import { type LoggedLlama, loadLlama } from '../models/loaded-llama.ts';

let logged: LoggedLlama;
let directory: string;
beforeAll(async () => {
  logged = await loadLlama();
  directory = await mkdtemp(join(tmpdir(), 'headroom-export-'));
}, 30_000);
afterAll(async () => {
  await logged[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** The published weights in full precision: what is left is how they are used. */
async function fullPrecisionCopy(): Promise<string> {
  const path = join(directory, 'full-precision.gguf');
  const values = await readExportedValues(MODEL_PATH);
  const vocabulary = await readExportedVocabulary(MODEL_PATH);
  const content = demoModel(
    vocabulary,
    'F32',
    ({ name }) => values.get(name) ?? new Float32Array(),
  );
  await writeGguf(path, content);
  return path;
}

test('llama.cpp computes what the trainer does: a wrong tensor, rotation or norm would show', async () => {
  const { tokens, positions } = await readReference(REFERENCE_PATH);
  expect(tokens).toHaveLength(REFERENCE_POSITIONS);
  expect(positions).toHaveLength(REFERENCE_POSITIONS);

  await using model = await logged.llama.loadModel({ modelPath: await fullPrecisionCopy() });
  await using context = await model.createContext({
    contextSize: tokens.length,
    threads: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  let largest = 0;
  let compared = 0;
  let position = 0;
  for await (const chunk of teacherForced(context.getSequence(), tokens)) {
    for (const probabilities of chunk) {
      for (const [token, expected] of positions[position++] ?? []) {
        const difference = Math.abs(Math.log(probabilities[token] ?? 0) - expected);
        largest = Math.max(largest, difference);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(7 * REFERENCE_POSITIONS);
  expect(largest).toBeLessThan(1e-3);
}, 120_000);
