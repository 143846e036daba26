/**
 * `node tools/demo-model/export/export.ts`: weights as trained -> resources/demo-model.gguf, and the
 * trainer's own figures with exactly those weights, which a test holds llama.cpp against.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeGguf } from '../../gguf/gguf-writer.ts';
import { readCorpus } from '../corpus.ts';
import { conversationTokens } from '../evaluation/held-out-text.ts';
import { MODEL_PATH, REFERENCE_PATH } from '../resource.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { runTrainer } from '../training/trainer.ts';
import { readTrainedVocabulary } from '../training/training-files.ts';
import { WORK_DIRECTORY } from '../work-directory.ts';
import { demoModel } from './demo-model.ts';
import { writeExportedValues } from './exported-file.ts';
import { REFERENCE_POSITIONS, referenceOf } from './reference.ts';
import { readValues, tensorShapes } from './tensors.ts';

const corpus = await readCorpus();
const vocabulary = await readTrainedVocabulary(join(WORK_DIRECTORY, 'training'));

const values = new Map<string, Float32Array>();
for (const shape of tensorShapes(vocabulary.tokens.length)) {
  values.set(shape.name, await readValues(join(WORK_DIRECTORY, 'weights'), shape));
}
const bytes = await writeGguf(
  MODEL_PATH,
  demoModel(vocabulary, 'Q8_0', ({ name }) => values.get(name) ?? new Float32Array()),
);

await writeExportedValues(MODEL_PATH, join(WORK_DIRECTORY, 'exported'));
const reference = join(WORK_DIRECTORY, 'reference');
await rm(reference, { recursive: true, force: true });
await mkdir(reference, { recursive: true });
const tokens = await conversationTokens(
  corpus,
  vocabulary,
  createTokenizer(vocabulary),
  REFERENCE_POSITIONS,
);
await writeFile(join(reference, 'tokens.u16'), Uint16Array.from(tokens));
await runTrainer('logits');
const logits = await readFile(join(reference, 'logits.f32'));
await writeFile(
  REFERENCE_PATH,
  `${JSON.stringify(referenceOf(tokens, new Float32Array(new Uint8Array(logits).buffer)))}\n`,
);
console.log(`${MODEL_PATH}: ${bytes} bytes`);
