/**
 * `npm run demo-model:cache-types [-- FILE]`: what each pair of cache types changes in what the model
 * says, over a text that it was not trained on.
 */
import { readCorpus } from '../corpus.ts';
import { readExportedVocabulary } from '../export/exported-file.ts';
import { MODEL_PATH } from '../resource.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { measureFidelity } from './fidelity.ts';
import { describeFidelity } from './fidelity-table.ts';
import { heldOutText } from './held-out-text.ts';
import { openModel } from './open-model.ts';

const path = process.argv[2] ?? MODEL_PATH;
const vocabulary = await readExportedVocabulary(path);
const tokens = await heldOutText(await readCorpus(), vocabulary, createTokenizer(vocabulary));
await using model = await openModel(path);
const rows = await measureFidelity(model, tokens);
console.log(`${tokens.length} tokens, against an f16 cache`);
console.log(describeFidelity(rows));
