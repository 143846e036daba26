import { randomUUID } from 'node:crypto';
import type { Token } from 'node-llama-cpp';
import type {
  PredictionMeasurement,
  PredictionMeasurementRequest,
  PredictionTask,
} from '#shared/tune/prediction-measurement.ts';
import { predictionPrompts } from '#shared/tune/prediction-prompts.ts';
import { countsSince } from '../metering/prediction-counts.ts';
import { fullChunkSize } from '../turn/chunk-size.ts';
import type { TurnModel } from '../turn/turn-model.ts';
import { readInFullChunks, refuseIfTooDeep, throwIfCancelled } from './depth.ts';
import { emptyCells } from './empty-cells.ts';
import { greedy } from './greedy.ts';

/**
 * Times an answer of the loaded model, from an empty cache, with the prediction that it was loaded with.
 * Takes the cells of whatever chat they belong to, and leaves them empty.
 *
 * @throws AppError `cancelled`, `prompt-too-long`, `template-failed`
 */
export async function measurePrediction(
  target: TurnModel,
  { task, generatedTokens }: PredictionMeasurementRequest,
  signal: AbortSignal,
): Promise<PredictionMeasurement> {
  const { cache } = target;
  const prompt = promptOf(target, task);
  refuseIfTooDeep(cache, prompt.length + generatedTokens);
  await emptyCells(target);
  const before = cache.predictions;
  try {
    const lastChunkAt = prompt.length - Math.min(prompt.length, fullChunkSize(target.batchSize));
    await readInFullChunks(target, prompt.slice(0, lastChunkAt), signal);
    cache.lookup?.updateInputTokens(prompt);
    const answer = await timeAnswer(target, prompt.slice(lastChunkAt), generatedTokens, signal);
    return { ...answer, ...countsSince(cache.predictions, before) };
  } finally {
    cache.lookup?.updateInputTokens([]);
    await emptyCells(target);
  }
}

/** As the first message of a chat. */
function promptOf({ template, answers }: TurnModel, task: PredictionTask): Token[] {
  const text = predictionPrompts[task];
  return template.render('', [{ id: randomUUID(), role: 'user', text, reasoning: '' }], answers)
    .tokens;
}

async function timeAnswer(
  { cache, model }: TurnModel,
  lastChunk: Token[],
  count: number,
  signal: AbortSignal,
): Promise<Pick<PredictionMeasurement, 'tokens' | 'ms'>> {
  const tokens: Token[] = [];
  let firstAt = 0;
  let lastAt = 0;
  for await (const token of cache.sequence.evaluate(lastChunk, greedy)) {
    if (model.isEogToken(token)) break;
    lastAt = performance.now();
    if (tokens.length === 0) firstAt = lastAt;
    tokens.push(token);
    if (tokens.length === count) break;
    throwIfCancelled(signal);
  }
  return { tokens, ms: tokens.length < 2 ? null : lastAt - firstAt };
}
