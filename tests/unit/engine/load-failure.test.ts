import { expect, it } from 'vitest';
import { readContextFailure, readModelFailure } from '#engine/loading/load-failure.ts';

const error = (text: string) => [{ level: 'error', text }];

it.each([
  [
    "llama_model_load: error loading model: unknown model architecture: 'abacus'",
    'model-unsupported',
  ],
  [
    "llama_model_load: error loading model: tensor 'x' data is not within the file bounds, model is corrupted or incomplete",
    'model-truncated',
  ],
  ["llama_model_load: error loading model: missing tensor 'token_embd.weight'", 'model-damaged'],
  [
    "llama_model_load: error loading model: tensor 'blk.0.attn_v.weight' has invalid data",
    'model-damaged',
  ],
  ['alloc_tensor_range: failed to allocate CUDA0 buffer of size 1', 'model-load-failed'],
  ['llama_model_load: error loading model: something new', 'model-load-failed'],
])('would catch "%s" reported without its reason', (line, code) => {
  const failure = readModelFailure(error(line));
  expect(failure?.code).toBe(code);
  expect(failure?.data.suggestion).not.toBeNull();
  expect(failure?.data.details).toContain(line);
});

it('would catch a reason guessed where the log holds none', () => {
  expect(readModelFailure(error('something else'))).toBeNull();
  expect(readModelFailure([{ level: 'info', text: 'failed to allocate' }])).toBeNull();
  expect(readContextFailure([])).toBeNull();
});

it('would catch a quantized V cache refused without saying what to change', () => {
  const failure = readContextFailure(
    error('llama_init_from_model: quantized V cache requires flash_attn to be enabled'),
  );
  expect(failure?.code).toBe('cache-type-illegal');
});
