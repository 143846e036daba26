import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { AppError, cancelledError } from '#shared/errors/app-error.ts';
import { freeDiskBytes } from '../snapshot/state-file.ts';
import { fullChunkSize } from '../turn/chunk-size.ts';
import type { SequenceCache } from '../turn/sequence-cache.ts';
import type { TurnModel } from '../turn/turn-model.ts';

/** What is read and measured on: cells, and the batches that they are read in. */
export type MeasuredModel = Pick<TurnModel, 'cache' | 'batchSize' | 'fill'>;

/** @throws AppError `prompt-too-long` */
export function refuseIfTooDeep({ capacityTokens }: SequenceCache, tokens: number): void {
  if (tokens <= capacityTokens) return;
  throw new AppError(
    'prompt-too-long',
    `Measuring needs ${tokens} tokens in the cache, and the context has room for ${capacityTokens}.`,
    { suggestion: 'Load the model with a longer context, or measure fewer tokens.' },
  );
}

/**
 * Fills the cells with exactly these tokens: reads them the first time, and from then on takes them from
 * the file, which is far faster. Nothing else is in the cells afterwards.
 *
 * @throws AppError `cancelled`
 */
export async function reachDepth(
  target: MeasuredModel,
  tokens: readonly Token[],
  statePath: string,
  signal: AbortSignal,
): Promise<void> {
  const { cache } = target;
  await cache.clear();
  throwIfCancelled(signal);
  if (tokens.length === 0) return;
  if (existsSync(statePath)) {
    await cache.sequence.loadStateFromFile(statePath, { acceptRisk: true });
  } else {
    await readInFullChunks(target, tokens, signal);
    await keepState(target, statePath);
  }
  if (cache.usedTokens === tokens.length) return;
  throw new AppError('internal', 'The cache does not have the depth that is to be measured at.', {
    details: `${cache.usedTokens} of ${tokens.length} tokens`,
  });
}

/** In the batches that the context takes at once: a stop waits for the end of one. */
export async function readInFullChunks(
  { cache, batchSize }: Pick<MeasuredModel, 'cache' | 'batchSize'>,
  tokens: readonly Token[],
  signal: AbortSignal,
): Promise<void> {
  const size = fullChunkSize(batchSize);
  for (let at = 0; at < tokens.length; at += size) {
    throwIfCancelled(signal);
    await cache.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, at + size));
  }
}

/**
 * Reads a prompt as a turn does, up to the chunk that is evaluated together with the first token.
 *
 * @returns that chunk, of at least one token
 */
export async function readAllButLastChunk(
  target: Pick<MeasuredModel, 'cache' | 'batchSize'>,
  prompt: readonly Token[],
  signal: AbortSignal,
): Promise<Token[]> {
  const size = fullChunkSize(target.batchSize);
  const lastChunkAt = Math.floor((prompt.length - 1) / size) * size;
  await readInFullChunks(target, prompt.slice(0, lastChunkAt), signal);
  throwIfCancelled(signal);
  return prompt.slice(lastChunkAt);
}

/** A disk without room for it costs time, and no measurement: the tokens are read again the next time. */
async function keepState(target: MeasuredModel, statePath: string): Promise<void> {
  const needed = target.fill().usedBytes;
  if (needed === null || (await freeDiskBytes(dirname(statePath))) < needed * 2) return;
  try {
    await target.cache.sequence.saveStateToFile(statePath);
  } catch {
    await rm(statePath, { force: true });
  }
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelledError('The measurement');
}
