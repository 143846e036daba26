import { randomUUID } from 'node:crypto';
import type { Token } from 'node-llama-cpp';
import type { OutputMeasurement, OutputProgress } from '#shared/compare/output-measurement.ts';
import type { OutputsTest } from '#shared/compare/outputs.ts';
import type { StreamContext } from '#shared/rpc/server.ts';
import type { LoadedModel } from '../loading/loaded-model.ts';
import { fittedPrompt } from '../turn/turn-prompt.ts';
import { readAllButLastChunk, refuseIfTooDeep, throwIfCancelled } from './depth.ts';
import { emptyCells } from './empty-cells.ts';
import { greedy } from './greedy.ts';
import { WrittenText } from './written-text.ts';

/** Between two signs of progress. */
const progressTokens = 8;

/**
 * Answers a chat's first message greedily, rendered as a turn without a system prompt renders it. The
 * prompt is read in chunks of one size, however fast the machine is: with others flash attention computes
 * in another order, and would answer differently. Whatever was in the cells is lost, and nothing is in
 * them afterwards.
 *
 * @throws AppError `cancelled`, `template-failed`, `prompt-too-long`
 */
export async function measureOutput(
  target: LoadedModel,
  { prompt: text, tokens: mostTokens }: OutputsTest,
  context: StreamContext<OutputProgress>,
): Promise<OutputMeasurement> {
  const { prompt } = fittedPrompt(target, {
    systemPrompt: '',
    messages: [{ id: randomUUID(), role: 'user', text, reasoning: '' }],
    continues: false,
    overflow: { policy: 'stop', omitted: [] },
  });
  refuseIfTooDeep(target.cache, prompt.tokens.length + mostTokens);
  await emptyCells(target);
  try {
    const written = new WrittenText(prompt, target.model);
    const lastChunk = await readAllButLastChunk(target, prompt.tokens, context.signal);
    const ended = await write(target, lastChunk, written, mostTokens, context);
    return { tokens: written.end(), ended };
  } finally {
    await emptyCells(target);
  }
}

/** @returns whether the model ended its answer */
async function write(
  { cache, model }: LoadedModel,
  lastChunk: Token[],
  written: WrittenText,
  mostTokens: number,
  { signal, emit }: StreamContext<OutputProgress>,
): Promise<boolean> {
  const iterator = cache.sequence.evaluate(lastChunk, greedy);
  try {
    for (let doneTokens = 0; doneTokens < mostTokens; doneTokens++) {
      throwIfCancelled(signal);
      if (doneTokens % progressTokens === 0) void emit({ doneTokens });
      const { value: token } = await iterator.next();
      if (token === undefined || model.isEogToken(token)) return true;
      written.push(token);
      if (written.stopped) return true;
    }
    return false;
  } finally {
    await iterator.return();
  }
}
