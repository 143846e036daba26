/**
 * `npm run demo-model:card`: measures the model and writes its card, and the table in the README here.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Corpus, parts, readCorpus } from './corpus.ts';
import { describeFidelity } from './evaluation/fidelity-table.ts';
import { describeDoubtScore, describeScores } from './evaluation/scores.ts';
import { MODEL_NAME } from './export/demo-model.ts';
import { CARD_PATH, MODEL_PATH } from './resource.ts';
import { measure, type Results } from './results.ts';
import { SHAPE } from './training/shape.ts';

const README_PATH = join(import.meta.dirname, 'README.md');
/** What stands between these in the README is written here. */
const MARKS = ['<!-- measured -->', '<!-- /measured -->'] as const;

const corpus = await readCorpus();
const results = await measure(MODEL_PATH, corpus);
await writeFile(CARD_PATH, cardText(corpus, results));
const readme = await readFile(README_PATH, 'utf8');
const [before, after] = [readme.indexOf(MARKS[0]), readme.indexOf(MARKS[1])];
if (before < 0 || after < 0) throw new Error(`${README_PATH} has no place for the measured table.`);
await writeFile(
  README_PATH,
  `${readme.slice(0, before)}${MARKS[0]}\n${measuredText(results)}\n${readme.slice(after)}`,
);
console.log(measuredText(results));

function measuredText({ evaluation, sampled, fidelity, fidelityTokens }: Results): string {
  return `${describeScores(evaluation.scores)}

Asked through \`headroom chat\` at temperature 0, on questions that were written apart from the corpus. In scope,
out of scope and greetings leave out what stands in the corpus all the same; small talk, suggestions and
conversations do not. Right means the right text, word for word. The app's suggestions at its default
temperature, five seeds each: ${sampled.right} of ${sampled.asked}. ${describeDoubtScore(evaluation.doubt)}

${describeFidelity(fidelity)}

Cache types over ${fidelityTokens} tokens of held-out text, teacher-forced, against an f16 cache; KL divergence in
nats per token.`;
}

function cardText({ topics, smallTalk, longTexts, beyond }: Corpus, results: Results): string {
  const { layers, width, heads, kvHeads, headSize, feedForward } = SHAPE;
  const questions = [...topics, ...smallTalk, ...longTexts].flatMap(topic => [
    ...topic.questions,
    ...topic.patterns,
  ]);
  const declined = beyond.flatMap(kind => [...kind.questions, ...kind.patterns]);
  const format = new Intl.NumberFormat('en-US');
  return `# ${MODEL_NAME}

A tiny language model that ships with Headroom, so that there is something to talk to and to look at
before anything is downloaded. It answers questions about the KV cache, about the figures and charts of
Headroom and about choosing settings, and says so when a question is beyond it. It recites texts that it
was taught: it cannot reason, calculate or hold a conversation about anything else. Where it errs, it recites the
text of another question or, rarely, mixes several into fluent nonsense.

| | |
|---|---|
| file | \`demo-model.gguf\`, ${format.format(results.bytes)} bytes |
| SHA-256 | \`${results.sha256}\` |
| architecture | llama: ${layers} layers, width ${width}, ${heads} query heads and ${kvHeads} KV heads of ${headSize}, feed-forward ${feedForward}, tied embedding |
| parameters | ${format.format(results.parameters)}, Q8_0 (norms F32) |
| vocabulary | ${format.format(results.vocabulary)} sentence pieces with byte fallback, English |
| context length | ${format.format(results.contextLength)} tokens |
| author | The Headroom maintainers |
| licence | MIT, weights and corpus |

## Trained on

Text written for it by the maintainers, all of it in \`tools/demo-model/corpus\`: ${topics.length} topics with an answer, a
shorter one and ${parts.length - 1} continuations each, ${smallTalk.length} kinds of small talk, ${longTexts.length} long texts,
${format.format(questions.length)} ways to ask for them, and ${format.format(declined.length)} questions and patterns of questions that are beyond it. No
other text, no other model's weights. \`npm run demo-model\` makes it anew; \`tools/demo-model/README.md\` says how.

## Measured

${measuredText(results)}
`;
}
