import type { LlamaModel, Token } from 'node-llama-cpp';
import type {
  ParallelMeasurement,
  ParallelMeasurementRequest,
  ParallelStage,
} from '#shared/compare/parallel-measurement.ts';
import type { LoadedModel } from '../loading/loaded-model.ts';
import type { SequenceCache } from '../turn/sequence-cache.ts';
import { readInFullChunks, refuseIfTooDeep, throwIfCancelled } from './depth.ts';
import { emptyCells } from './empty-cells.ts';
import { greedy } from './greedy.ts';
import { ordinaryTokens } from './ordinary-tokens.ts';

interface ParallelContext {
  readonly signal: AbortSignal;
  readonly onStage: (stage: ParallelStage) => void;
}

/**
 * Decode of all sequences of the loaded context at the same time, each behind a prompt of its own. Takes
 * the cells of whatever chat they belong to, and leaves them empty.
 *
 * @throws AppError `cancelled`, `prompt-too-long`
 */
export async function measureParallel(
  target: LoadedModel,
  request: ParallelMeasurementRequest,
  { signal, onStage }: ParallelContext,
): Promise<ParallelMeasurement> {
  const { promptTokens, generatedTokens, seed } = request;
  const { caches, batchSize, model } = target;
  refuseIfTooDeep(target.cache, promptTokens + generatedTokens);
  await emptyAll(target);
  try {
    onStage('prefill');
    const prompts = promptsOf(model, caches.length, promptTokens, seed);
    const writers: Writer[] = [];
    for (const [index, cache] of caches.entries()) {
      const prompt = prompts[index] ?? [];
      await readInFullChunks({ cache, batchSize }, prompt.slice(0, -1), signal);
      writers.push(cache.sequence.evaluate(prompt.slice(-1), greedy));
    }
    const ms = await timeTogether(writers, generatedTokens, signal, () => onStage('decode'));
    return { tokens: caches.length * generatedTokens, ms };
  } finally {
    await emptyAll(target);
  }
}

type Writer = ReturnType<SequenceCache['sequence']['evaluate']>;

/**
 * In lockstep: the library evaluates in one batch what is asked for in one cycle of the event loop, which
 * is one token of each. The first token comes from the prompt's last one, and is not timed.
 *
 * @returns milliseconds for `count` tokens of each
 */
async function timeTogether(
  writers: readonly Writer[],
  count: number,
  signal: AbortSignal,
  onFirstToken: () => void,
): Promise<number> {
  try {
    throwIfCancelled(signal);
    await nextOfEach(writers);
    onFirstToken();
    const startedAt = performance.now();
    for (let index = 0; index < count; index++) {
      throwIfCancelled(signal);
      await nextOfEach(writers);
    }
    return performance.now() - startedAt;
  } finally {
    await Promise.all(writers.map(writer => writer.return()));
  }
}

async function nextOfEach(writers: readonly Writer[]): Promise<void> {
  await Promise.all(writers.map(writer => writer.next()));
}

/** No two alike: one behind the other they are what a single longer prompt would be. */
function promptsOf(model: LlamaModel, count: number, length: number, seed: number): Token[][] {
  const tokens = ordinaryTokens(model, count * length, seed);
  return Array.from({ length: count }, (_, index) =>
    tokens.slice(index * length, (index + 1) * length),
  );
}

async function emptyAll(target: LoadedModel): Promise<void> {
  for (const cache of target.caches) await cache.clear();
  await emptyCells(target);
}
