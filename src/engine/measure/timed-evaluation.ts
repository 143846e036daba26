import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { AppError } from '#shared/errors/app-error.ts';
import { type MeasuredModel, readAllButLastChunk, throwIfCancelled } from './depth.ts';
import { greedy } from './greedy.ts';

interface TimedPrefill {
  /** Until the last batch is evaluated. */
  readonly ms: number;
  /** Until the first token behind the prompt is sampled. */
  readonly ttftMs: number;
  readonly token: Token;
}

/** As a turn reads its prompt: all but the last chunk alone, then that one together with the first token. */
export async function timePrefill(
  target: MeasuredModel,
  prompt: readonly Token[],
  signal: AbortSignal,
): Promise<TimedPrefill> {
  let readAt = 0;
  const options: SequenceEvaluateOptions = {
    ...greedy,
    // Asked for once per token, between evaluating its batch and sampling.
    grammarEvaluationState: () => {
      readAt = performance.now();
      return undefined;
    },
  };
  const startedAt = performance.now();
  const lastChunk = await readAllButLastChunk(target, prompt, signal);
  const iterator = target.cache.sequence.evaluate(lastChunk, options);
  try {
    const token = sampled(await iterator.next());
    return { ms: readAt - startedAt, ttftMs: performance.now() - startedAt, token };
  } finally {
    await iterator.return();
  }
}

export interface TimedDecode {
  /** As they were sampled. */
  readonly tokens: readonly Token[];
  /** The time of each: what it had to evaluate, and its sampling. */
  readonly gapsMs: number[];
}

/** On from what the cells hold. */
export async function timeDecode(
  { cache }: MeasuredModel,
  first: Token[],
  count: number,
  signal: AbortSignal,
): Promise<TimedDecode> {
  const gapsMs = new Float64Array(count);
  const tokens: Token[] = [];
  const iterator = cache.sequence.evaluate(first, greedy);
  try {
    let tokenAt = performance.now();
    for (let index = 0; index < count; index++) {
      throwIfCancelled(signal);
      tokens.push(sampled(await iterator.next()));
      const now = performance.now();
      gapsMs[index] = now - tokenAt;
      tokenAt = now;
    }
  } finally {
    await iterator.return();
  }
  return { tokens, gapsMs: [...gapsMs] };
}

/**
 * The same tokens as with a cache, and nothing kept from one to the next: before each of them everything
 * is read again, from empty cells.
 *
 * @param text all that stands before the first one
 */
export async function timeDecodeWithoutCache(
  target: MeasuredModel,
  text: readonly Token[],
  count: number,
  signal: AbortSignal,
): Promise<TimedDecode> {
  const tokens: Token[] = [];
  const gapsMs: number[] = [];
  while (tokens.length < count) {
    throwIfCancelled(signal);
    // Emptying them is work that only a cache makes.
    await target.cache.clear();
    const { ttftMs, token } = await timePrefill(target, [...text, ...tokens], signal);
    gapsMs.push(ttftMs);
    tokens.push(token);
  }
  return { tokens, gapsMs };
}

function sampled(result: IteratorResult<Token, unknown>): Token {
  if (result.done !== true) return result.value;
  throw new AppError('internal', 'The model generated no token where one was to be timed.');
}
