/**
 * `npm run demo-model:evaluate [-- --set development] [--temperature T] [--model FILE] [--wrong]`: how
 * many questions the built-in model answers right, asked through `headroom chat`.
 */
import { parseArgs } from 'node:util';
import { readCorpus } from '../corpus.ts';
import { MODEL_PATH } from '../resource.ts';
import { evaluate } from './evaluation.ts';
import { describeDoubtScore, describeScores, meetsMinimum } from './scores.ts';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'held-out' },
    temperature: { type: 'string', default: '0' },
    model: { type: 'string', default: MODEL_PATH },
    /** Print every question that was answered wrongly. */
    wrong: { type: 'boolean', default: false },
  },
});
const { scores, doubt } = await evaluate({
  corpus: await readCorpus(),
  model: values.model,
  set: values.set === 'development' ? 'development' : 'held-out',
  temperature: Number(values.temperature),
});
console.log(`${describeScores(scores)}\n\n${describeDoubtScore(doubt)}`);
if (values.wrong) {
  for (const { name, wrong } of scores) {
    console.log(`\n${name}`);
    for (const { question, expected, answered } of wrong) {
      console.log(`  ${question}\n    expected ${expected}, got ${answered}`);
    }
  }
}
if (!scores.every(meetsMinimum)) process.exitCode = 1;
