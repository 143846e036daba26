import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { RMS_EPSILON, ROPE_BASE } from '../../gguf/model-metadata.ts';
import type { Vocabulary } from '../../gguf/vocabulary.ts';
import type { TrainingRow } from './rows.ts';
import { WEIGHT_UNIT } from './rows.ts';
import { SHAPE } from './shape.ts';

/** A question whose answer shows during training how far it is. */
export interface Probe {
  readonly group: string;
  readonly prompt: readonly number[];
  /** First tokens of the answers that are right. */
  readonly accepted: readonly (readonly number[])[];
}

/**
 * What train.py reads: little-endian lists in files of their own, one after the other without
 * headers. `batches.u32` says how many rows a batch has, `rows.u32` how many tokens a row has.
 */
export async function writeTrainingFiles(
  directory: string,
  vocabulary: Vocabulary,
  batches: Iterable<readonly TrainingRow[]>,
  probes: readonly Probe[],
): Promise<{ readonly tokens: number; readonly batches: number }> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const open = (name: string) => createWriteStream(join(directory, name));
  const files = {
    tokens: open('tokens.u16'),
    weights: open('weights.u8'),
    rows: open('rows.u32'),
    batches: open('batches.u32'),
  };
  const counts = { tokens: 0, batches: 0 };
  for (const batch of batches) {
    counts.batches += 1;
    await write(files.batches, Uint32Array.of(batch.length));
    await write(
      files.rows,
      Uint32Array.from(batch, row => row.tokens.length),
    );
    for (const row of batch) {
      counts.tokens += row.tokens.length;
      await write(files.tokens, Uint16Array.from(row.tokens));
      await write(files.weights, Uint8Array.from(row.weights));
    }
  }
  for (const file of Object.values(files)) {
    file.end();
    await finished(file);
  }
  await writeFile(join(directory, VOCABULARY_FILE), JSON.stringify(vocabulary));
  await writeFile(
    join(directory, 'training.json'),
    JSON.stringify({
      shape: SHAPE,
      rmsEpsilon: RMS_EPSILON,
      ropeBase: ROPE_BASE,
      vocabularySize: vocabulary.tokens.length,
      weightUnit: WEIGHT_UNIT,
      ...counts,
      probes,
    }),
  );
  return counts;
}

/** The vocabulary that the rows were made with. @throws Error where nothing was prepared */
export async function readTrainedVocabulary(directory: string): Promise<Vocabulary> {
  return vocabularySchema.parse(
    JSON.parse(await readFile(join(directory, VOCABULARY_FILE), 'utf8')),
  );
}

const VOCABULARY_FILE = 'vocabulary.json';

const idSchema = z.int().nonnegative();
const vocabularySchema = z.object({
  tokens: z.array(z.object({ text: z.string(), score: z.number(), type: z.int() })),
  unknownId: idSchema,
  bosId: idSchema,
  startOfTurnId: idSchema,
  endOfTurnId: idSchema,
});

async function write(file: WriteStream, values: Uint8Array | Uint16Array | Uint32Array) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (!file.write(bytes)) await once(file, 'drain');
}
