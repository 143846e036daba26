import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** The trained model is part of the repository: to train it takes most of an hour. */
export const MODEL_PATH = join(ROOT, 'resources', 'demo-model.gguf');
export const CARD_PATH = join(ROOT, 'resources', 'demo-model.md');
/** What the trainer computes with the model's weights: `Reference` as JSON. */
export const REFERENCE_PATH = join(
  ROOT,
  'tests',
  'tools',
  'demo-model',
  'fixtures',
  'trainer-logits.json',
);
