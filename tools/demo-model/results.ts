import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readGgufFile } from '#engine/gguf/gguf-file.ts';
import { describeModel } from '#engine/gguf/model-description.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import type { Corpus } from './corpus.ts';
import { ask } from './evaluation/ask.ts';
import { type Evaluation, evaluate } from './evaluation/evaluation.ts';
import { type Fidelity, measureFidelity } from './evaluation/fidelity.ts';
import { heldOutText } from './evaluation/held-out-text.ts';
import { openModel } from './evaluation/open-model.ts';
import { readExportedVocabulary } from './export/exported-file.ts';
import { suggestionsOf } from './suggestions.ts';
import { createTokenizer } from './tokenizer/tokenizer.ts';

/** Everything that the card says in figures, read from the file or measured with it. */
export interface Results {
  readonly bytes: number;
  readonly sha256: string;
  readonly parameters: number;
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Greedy answers to the held-out questions. */
  readonly evaluation: Evaluation;
  /** The app's suggestions with the sampling that the app begins with, several seeds each. */
  readonly sampled: { readonly right: number; readonly asked: number };
  readonly fidelity: readonly Fidelity[];
  readonly fidelityTokens: number;
}

export async function measure(path: string, corpus: Corpus): Promise<Results> {
  const description = describeModel(await readGgufFile(path));
  const vocabulary = await readExportedVocabulary(path);
  const tokens = await heldOutText(corpus, vocabulary, createTokenizer(vocabulary));
  return {
    bytes: description.fileBytes,
    sha256: await sha256Of(path),
    parameters: description.parameterCount,
    vocabulary: description.vocabularySize,
    contextLength: description.trainedContextLength ?? 0,
    evaluation: await evaluate({ corpus, model: path, set: 'held-out', temperature: 0 }),
    sampled: await askSampled(path, corpus),
    fidelity: await fidelityOf(path, tokens),
    fidelityTokens: tokens.length,
  };
}

export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

const SAMPLED_SEEDS = 5;
/** What a new conversation of the app begins with. */
const APP_TEMPERATURE = samplingSchema.parse({}).temperature;

async function askSampled(model: string, corpus: Corpus): Promise<Results['sampled']> {
  const suggestions = suggestionsOf(corpus);
  let right = 0;
  for (let seed = 1; seed <= SAMPLED_SEEDS; seed++) {
    const { turns } = await ask(
      suggestions.map(({ question }) => question),
      { model, separate: true, temperature: APP_TEMPERATURE, seed },
    );
    right += turns.filter((turn, index) => turn.text === suggestions[index]?.topic.answer).length;
  }
  return { right, asked: SAMPLED_SEEDS * suggestions.length };
}

async function fidelityOf(path: string, tokens: readonly number[]): Promise<Fidelity[]> {
  await using model = await openModel(path);
  return await measureFidelity(model, tokens);
}
