import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureModel, MODEL_NAMES, type ModelName } from '#tools/models/catalog.ts';
import { type LoggedLlama, loadLlama } from './loaded-llama.ts';

let logged: LoggedLlama;
beforeAll(async () => {
  logged = await loadLlama();
}, 30_000);
afterAll(() => {
  // Not awaited: after failed loads the library's dispose now and then never settles.
  void logged[Symbol.asyncDispose]();
});

async function load(name: ModelName, checkTensors = false): Promise<void> {
  logged.log.length = 0;
  const modelPath = await ensureModel(name);
  await using model = await logged.llama.loadModel({ modelPath, checkTensors });
  expect(model.trainContextSize).toBe(8192);
}

describe('malformed models are wrong in the way their name says', () => {
  test.each([
    ['malformed-truncated-header', 'failed to read key-value pairs'],
    ['malformed-truncated-tensor-data', 'data is not within the file bounds'],
    ['malformed-wrong-version', 'this GGUF file is version 99'],
    ['malformed-unsupported-architecture', "unknown model architecture: 'abacus'"],
    ['malformed-zero-tensors', "missing tensor 'token_embd.weight'"],
  ] as const)('%s fails for its own reason', async (name, reason) => {
    await expect(load(name)).rejects.toThrow('Failed to load model');
    await vi.waitFor(() => expect(logged.log.join('\n')).toContain(reason));
  });

  test.each([
    ['malformed-text', 'Not '],
    ['malformed-wrong-magic', 'GGML'],
  ] as const)('%s does not begin with the magic', async (name, start) => {
    await expect(load(name)).rejects.toThrow(`but got "${start}"`);
  });

  test('NaN weights load and only a check of the tensors refuses them', async () => {
    await load('malformed-nan-weights');
    await expect(load('malformed-nan-weights', true)).rejects.toThrow('Failed to load model');
  });

  // Not loaded here: the library's reader would abort this process, which is what the file is for.
  test('the absurd string length is larger than the file by orders of magnitude', async () => {
    const bytes = await readFile(await ensureModel('malformed-absurd-string-length'));
    expect(bytes.readBigUInt64LE(24)).toBe(2n ** 31n);
    expect(bytes.length).toBeLessThan(10_000);
  });

  test('the shortest ones are as short as promised', async () => {
    expect((await stat(await ensureModel('malformed-empty'))).size).toBe(0);
    expect((await stat(await ensureModel('malformed-four-bytes'))).size).toBe(4);
  });

  test('every malformed model of the catalog is covered by a test here', () => {
    expect(MODEL_NAMES.filter(name => name.startsWith('malformed-'))).toHaveLength(11);
  });
});
