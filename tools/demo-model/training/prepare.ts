/** `node tools/demo-model/training/prepare.ts [share]`: everything that train.py reads. */
import { join } from 'node:path';
import { createChance } from '../conversations/chance.ts';
import { readCorpus } from '../corpus.ts';
import { heldOutMessages, readQuestions } from '../evaluation/question-sets.ts';
import { questionKey } from '../evaluation/same-question.ts';
import { suggestionsOf } from '../suggestions.ts';
import { trainVocabulary } from '../tokenizer/pieces.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { WORK_DIRECTORY } from '../work-directory.ts';
import { batchesOf } from './batches.ts';
import { STAGES, stageRows } from './curriculum.ts';
import { probesOf } from './probes.ts';
import { RowBuilder } from './rows.ts';
import { writeTrainingFiles } from './training-files.ts';

const SEED = 20;
const BATCH_TOKENS = 4096;

const share = Number(process.argv[2] ?? 1);
const corpus = await readCorpus();
const vocabulary = trainVocabulary(corpus);
const tokenizer = createTokenizer(vocabulary);
const builder = new RowBuilder(vocabulary, tokenizer);
const heldOut = new Set((await heldOutMessages()).map(questionKey));
const asked = {
  corpus,
  suggestions: suggestionsOf(corpus),
  isHeldOut: (question: string) => heldOut.has(questionKey(question)),
};

const options = { asked, builder, seed: SEED, share };

function* allBatches() {
  for (const stage of STAGES) {
    yield* batchesOf(stageRows(options, stage), BATCH_TOKENS, createChance(SEED, 'batches'));
  }
}

const written = await writeTrainingFiles(
  join(WORK_DIRECTORY, 'training'),
  vocabulary,
  allBatches(),
  probesOf(await readQuestions('development'), corpus, builder, tokenizer),
);
console.log(
  `${written.tokens} tokens in ${written.batches} batches, vocabulary of ${vocabulary.tokens.length}`,
);
