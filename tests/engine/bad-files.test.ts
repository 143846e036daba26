import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ErrorCode } from '#shared/errors/app-error.ts';
import { ensureModel, type ModelName } from '#tools/models/catalog.ts';
import { type EngineUnderTest, runTurn, startEngine, userMessage } from './engine-under-test.ts';

let engine: EngineUnderTest;
let directory: string;

beforeAll(async () => {
  engine = startEngine();
  directory = await mkdtemp(join(tmpdir(), 'headroom-bad-files-'));
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

const refusedByHeader: [ModelName, ErrorCode][] = [
  ['malformed-empty', 'model-file-empty'],
  ['malformed-four-bytes', 'model-truncated'],
  ['malformed-text', 'model-not-gguf'],
  ['malformed-wrong-magic', 'model-not-gguf'],
  ['malformed-wrong-version', 'model-unsupported'],
  ['malformed-truncated-header', 'model-truncated'],
  ['malformed-truncated-tensor-data', 'model-truncated'],
  ['malformed-absurd-string-length', 'model-damaged'],
];

it.each(refusedByHeader)('would catch a reader that %s kills or confuses', async (name, code) => {
  const path = await ensureModel(name);
  const load = await engine.load(path).catch(thrown => thrown);
  expect(load.code).toBe(code);
  expect(load.data.suggestion).not.toBeNull();
  await expect(engine.client.call('model.describe', { path })).rejects.toMatchObject({ code });
});

it('would catch a missing file or a folder reported as a defect of ours', async () => {
  for (const path of [join(directory, 'nothing.gguf'), directory]) {
    await expect(engine.load(path)).rejects.toMatchObject({ code: 'model-file-missing' });
  }
});

const refusedByLlama: [ModelName, ErrorCode][] = [
  ['malformed-unsupported-architecture', 'model-unsupported'],
  ['malformed-zero-tensors', 'model-damaged'],
];

it.each(refusedByLlama)('would catch %s costing the model that was loaded', async (name, code) => {
  const before = await engine.load(await ensureModel('tiny'), { contextLength: 512 });
  await expect(engine.load(await ensureModel(name))).rejects.toMatchObject({ code });
  expect(await engine.client.call('model.current', {})).toEqual(before);
});

it('would catch weights that are not numbers, which load silently and answer nonsense', async () => {
  await expect(engine.load(await ensureModel('malformed-nan-weights'))).rejects.toMatchObject({
    code: 'model-damaged',
  });
  expect(await engine.client.call('model.current', {})).toBeNull();
});

it('would catch random bytes behind a GGUF magic crashing the engine', async () => {
  const path = join(directory, 'noise.gguf');
  let state = 1;
  for (let round = 0; round < 40; round++) {
    const bytes = Buffer.alloc(4096);
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[i] = state >>> 24;
    }
    bytes.write('GGUF', 0, 'latin1');
    bytes.writeUInt32LE(3, 4);
    // Plausible counts, so that the noise is read as entries and not refused at once.
    bytes.writeBigUInt64LE(BigInt(round % 3), 8);
    bytes.writeBigUInt64LE(BigInt((round % 5) + 1), 16);
    await writeFile(path, bytes);
    const error = await engine.client.call('model.describe', { path }).catch(thrown => thrown);
    expect(['model-damaged', 'model-truncated']).toContain(error.code);
  }
});

it('would catch an engine that does not survive all of the above', async () => {
  expect(engine.process.exitCode).toBeNull();
  await engine.load(await ensureModel('tiny'), { contextLength: 512 });
  const turn = await runTurn(engine, [userMessage('Hello')]);
  expect(turn.figures.generatedTokens).toBeGreaterThan(0);
});
