/**
 * `node tools/demo-model/training/prepare.ts [--refine] [--share 0.1]`: everything that train.py reads.
 * To refine, it goes on from the published model, whose vocabulary then stays.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createChance } from '../conversations/chance.ts';
import { readCorpus } from '../corpus.ts';
import { heldOutMessages, readQuestions } from '../evaluation/question-sets.ts';
import { questionKey } from '../evaluation/same-question.ts';
import { readExportedVocabulary, writeExportedValues } from '../export/exported-file.ts';
import { MODEL_PATH } from '../resource.ts';
import { suggestionsOf } from '../suggestions.ts';
import { trainVocabulary } from '../tokenizer/pieces.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { WORK_DIRECTORY } from '../work-directory.ts';
import { batchesOf } from './batches.ts';
import { type CurriculumOptions, stagesOf } from './curriculum.ts';
import { probesOf } from './probes.ts';
import { RowBuilder } from './rows.ts';
import { writeTrainingFiles } from './training-files.ts';

const SEED = 20;
const BATCH_TOKENS = 4096;

const { values: chosen } = parseArgs({
  options: { refine: { type: 'boolean', default: false }, share: { type: 'string', default: '1' } },
});
const corpus = await readCorpus();
const vocabulary = chosen.refine
  ? await readExportedVocabulary(MODEL_PATH)
  : trainVocabulary(corpus);
const tokenizer = createTokenizer(vocabulary);
const builder = new RowBuilder(vocabulary, tokenizer);
const heldOut = new Set((await heldOutMessages()).map(questionKey));
const asked = {
  corpus,
  suggestions: suggestionsOf(corpus),
  isHeldOut: (question: string) => heldOut.has(questionKey(question)),
};

const name = chosen.refine ? 'refine' : 'train';
const options: CurriculumOptions = {
  asked,
  builder,
  name,
  seed: SEED,
  share: Number(chosen.share),
};

function* allBatches() {
  for (const rows of stagesOf(options)) {
    yield* batchesOf(rows, BATCH_TOKENS, createChance(SEED, 'batches'));
  }
}

if (chosen.refine) await writeExportedValues(MODEL_PATH, join(WORK_DIRECTORY, 'weights'));

const written = await writeTrainingFiles(
  join(WORK_DIRECTORY, 'training'),
  vocabulary,
  allBatches(),
  probesOf(await readQuestions('development'), corpus, builder, tokenizer),
);
console.log(
  `${written.tokens} tokens in ${written.batches} batches, vocabulary of ${vocabulary.tokens.length}`,
);
