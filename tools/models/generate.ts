/** `node tools/models/generate.ts [name ...]`: one line per file; all models without a name. */
import { stat } from 'node:fs/promises';
import { ensureModel, isModelName, MODEL_NAMES } from './catalog.ts';

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : MODEL_NAMES;
const unknown = names.filter(name => !isModelName(name));
if (unknown.length > 0) {
  console.error(`Unknown model: ${unknown.join(', ')}. Known models: ${MODEL_NAMES.join(', ')}.`);
  process.exitCode = 1;
} else {
  for (const name of names.filter(isModelName)) {
    const path = await ensureModel(name);
    console.log(`${name}\t${path}\t${(await stat(path)).size} bytes`);
  }
}
